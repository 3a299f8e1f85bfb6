import { ACCOUNT_PATH } from '../applications/account-client.ts';
import { NotFoundError } from '../errors.ts';
import { describeUserAgent } from '../http/describe-user-agent.ts';
import { accountDeletedPage, dataPage, deleteAccountPage } from './pages/data-pages.ts';
import { shellOf } from './shell.ts';
import {
  type AccountPageDeps,
  type AccountVisit,
  accountForm,
  actingOwner,
  showAccountPage,
} from './visit.ts';

const PATH = `${ACCOUNT_PATH}/data`;
const DOWNLOAD_PATH = `${PATH}/download`;
const DELETE_PATH = `${PATH}/delete`;
const FILE_NAME = 'account-data.json';

/** Offers a copy of what is stored, and the way out. */
export async function showData(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  const page = dataPage(visit.messages, shellOf(deps, visit), {
    download: accountForm(deps, visit, DOWNLOAD_PATH),
    deleteHref: `${visit.ctx.state.issuerPath}${DELETE_PATH}`,
  });
  showAccountPage(deps, visit, page);
}

/** Hands out everything that is stored of the account, as a file. */
export async function downloadData(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  const { ctx, account } = visit;
  const data = await deps.exportData(ctx.state.tenant, {
    accountId: account.id,
    by: actingOwner(visit),
  });
  ctx.set('Cache-Control', 'no-store');
  ctx.set('Content-Disposition', `attachment; filename="${FILE_NAME}"`);
  ctx.type = 'application/json';
  ctx.body = JSON.stringify(data, undefined, 2);
}

/** Says what goes with an account, and asks once more. */
export async function showDeleteAccount(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  showDeleteForm(deps, visit, false);
}

/** Deletes the account of whoever has said that they know what that means. */
export async function submitDeleteAccount(
  deps: AccountPageDeps,
  visit: AccountVisit,
): Promise<void> {
  const { ctx, form, account, messages } = visit;
  if (form.get('sure') !== 'yes') return showDeleteForm(deps, visit, true);
  try {
    await deps.deleteAccount(ctx.state.tenant, {
      accountId: account.id,
      by: actingOwner(visit),
      ...browserOf(visit),
    });
  } catch (error) {
    // Another form that was sent at the same time has done it.
    if (!(error instanceof NotFoundError)) throw error;
  }
  showAccountPage(deps, visit, accountDeletedPage(messages));
}

function showDeleteForm(deps: AccountPageDeps, visit: AccountVisit, unsure: boolean): void {
  const { issuerPath, tenant } = visit.ctx.state;
  const page = deleteAccountPage(visit.messages, shellOf(deps, visit), {
    ...accountForm(deps, visit, DELETE_PATH),
    siteName: tenant.name,
    keepHref: `${issuerPath}${PATH}`,
    unsure,
  });
  showAccountPage(deps, visit, page);
}

function browserOf({ ctx }: AccountVisit): { browser?: string } {
  const { browser, system } = describeUserAgent(ctx.get('User-Agent'));
  const name = [browser, system].filter((part) => part !== undefined).join(' · ');
  return name === '' ? {} : { browser: name };
}
