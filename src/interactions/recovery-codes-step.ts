import { finishInteraction } from './finish-interaction.ts';
import { recoveryCodesPage } from './pages/recovery-codes-page.ts';
import { noteAndProceed } from './proceed.ts';
import { STORED, type StepOf } from './step.ts';
import { unseenCodes } from './unseen-codes.ts';
import {
  type InteractionDeps,
  type InteractionVisit,
  interactionClient,
  interactionForm,
  shownAccount,
  showPage,
} from './visit.ts';

/** Shows recovery codes until the person says that they have them. */
export async function showRecoveryCodes(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: StepOf<'recovery_codes'>,
): Promise<void> {
  const [client, account] = await Promise.all([
    interactionClient(deps, visit),
    shownAccount(deps, visit, step.accountId),
  ]);
  if (account === undefined) return finishInteraction(visit, {});
  const page = recoveryCodesPage(visit.messages, {
    ...interactionForm(deps, visit, client.registered),
    siteName: visit.ctx.state.tenant.name,
    username: account.username,
    codes: unseenCodes(visit.interaction.result, step.accountId) ?? [],
  });
  showPage(deps, visit, page);
}

/** Takes "I have saved them": from here on nobody can read them anywhere. */
export async function leaveRecoveryCodes(
  deps: InteractionDeps,
  visit: InteractionVisit,
): Promise<void> {
  await noteAndProceed(deps, visit, { [STORED.recoveryCodes]: undefined });
}
