import { finishInteraction } from './finish-interaction.ts';
import { accountChoicePage } from './pages/account-choice-page.ts';
import { SELECT_ACCOUNT, type StepOf } from './step.ts';
import {
  type InteractionDeps,
  type InteractionVisit,
  interactionClient,
  interactionForm,
  shownAccount,
  showPage,
  visitOf,
} from './visit.ts';

/** Asks whether to go on with the account that is signed in. */
export async function showAccountChoice(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: StepOf<'account_choice'>,
): Promise<void> {
  const [client, account] = await Promise.all([
    interactionClient(deps, visit),
    shownAccount(deps, visit, step.accountId),
  ]);
  // The account went away meanwhile: there is no choice, and the protocol asks for another.
  if (account === undefined) return finishInteraction(visit, { [SELECT_ACCOUNT]: {} });
  const theirs = await visitOf(visit, account);
  const page = accountChoicePage(theirs.messages, {
    ...interactionForm(deps, visit, client.registered),
    clientName: client.name,
    account,
  });
  showPage(deps, theirs, page);
}

/** Goes on with the account that is signed in. */
export async function continueWithAccount(
  _deps: InteractionDeps,
  visit: InteractionVisit,
): Promise<void> {
  await finishInteraction(visit, { [SELECT_ACCOUNT]: {} });
}
