import { finishInteraction } from './finish-interaction.ts';
import { nextStep, SELECT_ACCOUNT, type Step } from './next-step.ts';
import { accountChoicePage } from './pages/account-choice-page.ts';
import {
  type InteractionDeps,
  type InteractionVisit,
  interactionClient,
  interactionForm,
  interactionPath,
  seeOther,
  shownAccount,
  showPage,
} from './visit.ts';

type ChoiceStep = Extract<Step, { kind: 'account_choice' }>;

/** Asks whether to go on with the account that is signed in. */
export async function showAccountChoice(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: ChoiceStep,
): Promise<void> {
  const [client, account] = await Promise.all([
    interactionClient(deps, visit),
    shownAccount(deps, visit, step.accountId),
  ]);
  // The account went away meanwhile: there is no choice, and the protocol asks for another.
  if (account === undefined) return finishInteraction(visit, { [SELECT_ACCOUNT]: {} });
  const page = accountChoicePage(visit.messages, {
    ...interactionForm(deps, visit, client.registered),
    clientName: client.name,
    account,
  });
  showPage(deps, visit, page);
}

/** Goes on with the account that is signed in. */
export async function continueWithAccount(
  _deps: InteractionDeps,
  visit: InteractionVisit,
): Promise<void> {
  const { ctx, interaction } = visit;
  if (nextStep(interaction).kind !== 'account_choice') {
    return seeOther(visit, interactionPath(ctx, interaction.uid));
  }
  await finishInteraction(visit, { [SELECT_ACCOUNT]: {} });
}
