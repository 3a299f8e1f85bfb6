import { passkeyLabel } from '../accounts/passkey.ts';
import { keepLastOf, METHODS_PATH, takesPasskeys, whyFactorKept } from './methods.ts';
import { addPasskeyPage, type PasskeyProblem, passkeysPage } from './pages/passkeys-pages.ts';
import { offerRecoveryCodes, raiseVisit } from './prove-factor.ts';
import { shellOf } from './shell.ts';
import {
  type AccountPageDeps,
  type AccountVisit,
  accountForm,
  actingOwner,
  notifyOwner,
  originOf,
  seeDone,
  seeOther,
  showAccountPage,
} from './visit.ts';

const PATH = `${METHODS_PATH}/passkeys`;
const ADD_PATH = `${PATH}/add`;
const RENAME_PATH = `${PATH}/rename`;
const REMOVE_PATH = `${PATH}/remove`;

/** Shows the passkeys of an account. */
export async function showPasskeys(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  await showList(deps, visit, undefined);
}

/** Asks the browser for a new passkey. */
export async function showAddPasskey(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  await showForm(deps, visit, undefined);
}

/** Takes what the browser's authenticator answered. */
export async function submitAddPasskey(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  const { ctx, form, account, session } = visit;
  const { tenant, issuer, issuerPath } = ctx.state;
  if (!takesPasskeys(deps, visit)) return seeOther(ctx, `${issuerPath}${PATH}`);
  const result = await deps.finishPasskeyRegistration(tenant, {
    ...originOf(visit),
    issuer,
    binding: session.uid,
    accountId: account.id,
    response: form.get('passkey') ?? '',
    name: form.get('name') ?? '',
  });
  if (result.outcome === 'full') return showList(deps, visit, 'full');
  if (result.outcome !== 'added') {
    const outdated = result.outcome === 'rejected' && result.outdated;
    return showForm(
      deps,
      visit,
      result.outcome === 'already_registered' ? 'alreadyHere' : outdated ? 'outdated' : 'rejected',
    );
  }
  const { passkey } = result;
  await notifyOwner(deps, visit, itemOf('passkey_added', passkeyLabel(passkey)));
  await raiseVisit(deps, visit, passkey.backupEligible ? 'swk' : 'hwk');
  if (await offerRecoveryCodes(deps, visit, 'passkey_added')) return;
  seeDone(deps, visit, PATH, 'passkey_added');
}

/** Gives a passkey another name. */
export async function submitRenamePasskey(
  deps: AccountPageDeps,
  visit: AccountVisit,
): Promise<void> {
  const { ctx, form, account } = visit;
  await deps.renamePasskey(ctx.state.tenant, {
    accountId: account.id,
    passkeyId: form.get('id') ?? '',
    name: form.get('name') ?? '',
    by: actingOwner(visit),
  });
  seeDone(deps, visit, PATH, 'passkey_renamed');
}

/** Removes a passkey, unless nobody could sign in then, or without what the tenant asks for. */
export async function submitRemovePasskey(
  deps: AccountPageDeps,
  visit: AccountVisit,
): Promise<void> {
  const { ctx, form, account } = visit;
  const { tenant } = ctx.state;
  const removed = await deps.removePasskey(tenant, {
    accountId: account.id,
    passkeyId: form.get('id') ?? '',
    keep: keepLastOf(deps, visit),
    by: actingOwner(visit),
  });
  if (removed.outcome === 'last_way' || removed.outcome === 'last_factor') {
    return showList(deps, visit, undefined);
  }
  if (removed.outcome === 'removed') {
    await notifyOwner(deps, visit, itemOf('passkey_removed', passkeyLabel(removed.passkey)));
  }
  seeDone(deps, visit, PATH, 'passkey_removed');
}

async function showList(
  deps: AccountPageDeps,
  visit: AccountVisit,
  problem: 'full' | undefined,
): Promise<void> {
  const { ctx, account, messages } = visit;
  const { tenant, issuerPath } = ctx.state;
  const passkeys = await deps.listPasskeys(tenant, account.id);
  const page = passkeysPage(messages, shellOf(deps, visit), {
    passkeys,
    addHref: takesPasskeys(deps, visit) ? `${issuerPath}${ADD_PATH}` : undefined,
    rename: accountForm(deps, visit, RENAME_PATH),
    remove: accountForm(deps, visit, REMOVE_PATH),
    kept: await whyFactorKept(deps, visit, 'passkey'),
    problem,
    now: deps.now(),
  });
  showAccountPage(deps, visit, page);
}

async function showForm(
  deps: AccountPageDeps,
  visit: AccountVisit,
  problem: PasskeyProblem | undefined,
): Promise<void> {
  const { ctx, account, session, messages } = visit;
  const { tenant, issuer, issuerPath } = ctx.state;
  if (!takesPasskeys(deps, visit)) return seeOther(ctx, `${issuerPath}${PATH}`);
  const begun = await deps.beginPasskeyRegistration(tenant, {
    issuer,
    binding: session.uid,
    account,
  });
  if (begun.outcome === 'full') return showList(deps, visit, 'full');
  const page = addPasskeyPage(messages, shellOf(deps, visit), {
    ...accountForm(deps, visit, ADD_PATH),
    options: begun.options,
    problem,
  });
  showAccountPage(deps, visit, page);
}

function itemOf(event: 'passkey_added' | 'passkey_removed', item: string | undefined) {
  return item === undefined ? { event } : { event, item };
}
