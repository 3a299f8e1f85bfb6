import { ACCOUNT_PATH } from '../applications/account-client.ts';
import { clientName } from '../applications/client-name.ts';
import { applicationsPage } from './pages/applications-page.ts';
import { shellOf } from './shell.ts';
import {
  type AccountPageDeps,
  type AccountVisit,
  accountForm,
  actingOwner,
  seeDone,
  showAccountPage,
} from './visit.ts';

const PATH = `${ACCOUNT_PATH}/applications`;
const WITHDRAW_PATH = `${PATH}/withdraw`;

/** Shows what applications can do with an account. */
export async function showApplications(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  const { ctx, account } = visit;
  const { tenant } = ctx.state;
  const connected = await deps.listConnectedApplications(tenant, account.id);
  const resources = [
    ...new Set(connected.flatMap(({ resourceScopes }) => Object.keys(resourceScopes))),
  ];
  const applicationNames: Record<string, string> = {};
  for (const resource of resources) {
    const application = await deps.findApplicationByAudience(tenant.id, resource);
    applicationNames[resource] = application?.name ?? resource;
  }
  const page = applicationsPage(visit.messages, shellOf(deps, visit), {
    siteName: tenant.name,
    applications: connected.map(({ client, ...grant }) => ({
      clientId: client.clientId,
      name: clientName(client),
      website: client.metadata.client_uri,
      firstParty: client.application.firstParty,
      grant,
    })),
    applicationNames,
    withdraw: accountForm(deps, visit, WITHDRAW_PATH),
    now: deps.now(),
  });
  showAccountPage(deps, visit, page);
}

/** Takes back what an application was allowed; its tokens die. Nothing left to take is as good. */
export async function submitWithdraw(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  const { ctx, form, account } = visit;
  await deps.withdrawGrant(ctx.state.tenant, {
    accountId: account.id,
    clientId: form.get('client') ?? '',
    by: actingOwner(visit),
  });
  seeDone(deps, visit, PATH, 'access_removed');
}
