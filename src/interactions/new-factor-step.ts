import type { Account } from '../accounts/account.ts';
import { passkeyLabel } from '../accounts/passkey.ts';
import { mustFinish } from '../http/must-finish.ts';
import type { Page } from '../http/render-page.ts';
import { finishInteraction } from './finish-interaction.ts';
import {
  chooseFactorPage,
  type NewPasskeyProblem,
  type NewTotpView,
  newPasskeyPage,
  newTotpPage,
} from './pages/new-factor-pages.ts';
import { PASSKEY_FIELD } from './pages/passkey-form.ts';
import { proceedWith } from './proceed.ts';
import type { Proof } from './sign-in-progress.ts';
import { STORED, type StepOf } from './step.ts';
import { tellOwner } from './tell-owner.ts';
import type { UnseenCodes } from './unseen-codes.ts';
import {
  type InteractionDeps,
  type InteractionVisit,
  interactionClient,
  interactionForm,
  shownAs,
  showPage,
} from './visit.ts';

type NewFactorStep = StepOf<'new_factor'>;

/** What the pages of every factor have. */
type Frame = Omit<NewTotpView, 'seed' | 'uri' | 'problem'>;

/** What came of a form that has to be shown again. */
type Problem =
  | { readonly of: 'totp'; readonly is: NonNullable<NewTotpView['problem']> }
  | { readonly of: 'passkey'; readonly is: NewPasskeyProblem };

/** Shows what sets a second factor up, or the choice between them; with `problem`, again. */
export async function showNewFactor(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: NewFactorStep,
  problem?: Problem,
): Promise<void> {
  const { tenant } = visit.ctx.state;
  const { accountId, methods } = step;
  const [client, account] = await Promise.all([
    interactionClient(deps, visit),
    deps.findAccount(tenant.id, accountId),
  ]);
  // The account went away meanwhile: the protocol asks for another.
  if (account === undefined || account.disabled) return finishInteraction(visit, {});
  const frame = {
    ...interactionForm(deps, visit, client.registered),
    account: shownAs(account),
    askedBy: tenant.settings.mfa === 'required' ? tenant.name : client.name,
    canChange: methods.length > 1,
  };
  const chosen = problem?.of ?? step.chosen;
  if (chosen === undefined) {
    return showPage(deps, visit, chooseFactorPage(visit.messages, { ...frame, methods }));
  }
  const page =
    chosen === 'totp'
      ? await totpPage(deps, visit, account, frame, problem)
      : await passkeyPage(deps, visit, account, frame, problem);
  showPage(deps, visit, page);
}

async function totpPage(
  deps: InteractionDeps,
  { ctx, interaction, messages }: InteractionVisit,
  account: Account,
  frame: Frame,
  problem: Problem | undefined,
): Promise<Page> {
  const { seed, uri } = await deps.factors.beginTotp(ctx.state.tenant, {
    accountId: account.id,
    label: account.username,
    binding: interaction.uid,
  });
  const is = problem?.of === 'totp' ? problem.is : undefined;
  return newTotpPage(messages, { ...frame, seed, uri, problem: is });
}

async function passkeyPage(
  deps: InteractionDeps,
  { ctx, interaction, messages }: InteractionVisit,
  account: Account,
  frame: Frame,
  problem: Problem | undefined,
): Promise<Page> {
  const { tenant, issuer } = ctx.state;
  const binding = interaction.uid;
  const begun = await deps.factors.beginPasskey(tenant, { issuer, binding, account });
  const is = problem?.of === 'passkey' ? problem.is : undefined;
  return begun.outcome === 'offered'
    ? newPasskeyPage(messages, { ...frame, options: begun.options, problem: is })
    : newPasskeyPage(messages, { ...frame, options: undefined, problem: 'full' });
}

/**
 * Takes what a new factor proves: makes it the account's own and goes on, or shows its page again.
 *
 * @throws StorageUnavailableError
 */
export async function submitNewFactor(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: NewFactorStep,
): Promise<void> {
  const sent = visit.form.has(PASSKEY_FIELD) ? 'passkey' : 'totp';
  // From a page of before the application, or the tenant, asked for something else.
  if (!step.methods.includes(sent)) return showNewFactor(deps, visit, step);
  // Recovery codes come with the first one, for this browser alone.
  mustFinish(visit.ctx);
  const proof =
    sent === 'passkey'
      ? await provedByNewPasskey(deps, visit, step.accountId)
      : await provedByNewApp(deps, visit, step.accountId);
  if ('of' in proof) return showNewFactor(deps, visit, step, proof);
  await proceedWithNewFactor(deps, visit, proof);
}

async function provedByNewApp(
  deps: InteractionDeps,
  visit: InteractionVisit,
  accountId: string,
): Promise<Proof | Problem> {
  const { ctx, form, interaction } = visit;
  const code = form.get('code') ?? '';
  if (code.trim() === '') return { of: 'totp', is: 'missing' };
  const { outcome } = await deps.factors.confirmTotp(ctx.state.tenant, {
    accountId,
    binding: interaction.uid,
    code,
    by: ownerOf(visit, accountId),
  });
  if (outcome !== 'confirmed') return { of: 'totp', is: outcome };
  await tellOwner(deps, visit, accountId, 'second_factor_added');
  return { accountId, method: 'otp', at: ctx.state.startedAt };
}

/** A passkey is made only where the authenticator has checked who holds it. */
async function provedByNewPasskey(
  deps: InteractionDeps,
  visit: InteractionVisit,
  accountId: string,
): Promise<Proof | Problem> {
  const { ctx, form, interaction } = visit;
  const { tenant, issuer, address, requestId, startedAt: at } = ctx.state;
  const result = await deps.factors.addPasskey(tenant, {
    issuer,
    binding: interaction.uid,
    accountId,
    response: form.get(PASSKEY_FIELD) ?? '',
    name: form.get('name') ?? '',
    address,
    requestId,
  });
  if (result.outcome === 'rejected') {
    return { of: 'passkey', is: result.outdated ? 'outdated' : 'rejected' };
  }
  if (result.outcome !== 'added') return { of: 'passkey', is: result.outcome };
  const { passkey } = result;
  await tellOwner(deps, visit, accountId, 'passkey_added', passkeyLabel(passkey));
  const method = passkey.backupEligible ? 'swk' : 'hwk';
  return { accountId, method, userVerified: true, at };
}

/** Goes on with a factor that was set up just now; the first one brings recovery codes with it. */
async function proceedWithNewFactor(
  deps: InteractionDeps,
  visit: InteractionVisit,
  proof: Proof,
): Promise<void> {
  const { tenant } = visit.ctx.state;
  const { accountId } = proof;
  const { recoveryCodesLeft } = await deps.factorsOf(tenant.id, accountId);
  if (recoveryCodesLeft > 0) return proceedWith(deps, visit, proof);
  const by = ownerOf(visit, accountId);
  const codes = await deps.factors.createRecoveryCodes(tenant, { accountId, by });
  const unseen: UnseenCodes = { accountId, codes };
  await proceedWith(deps, visit, proof, { [STORED.recoveryCodes]: unseen });
}

function ownerOf({ ctx }: InteractionVisit, accountId: string) {
  const { address, requestId } = ctx.state;
  return { actor: { type: 'account', id: accountId }, address, requestId } as const;
}
