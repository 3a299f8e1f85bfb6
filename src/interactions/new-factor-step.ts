import { finishInteraction } from './finish-interaction.ts';
import { chooseFactorPage, type NewTotpView, newTotpPage } from './pages/new-factor-pages.ts';
import { recoveryCodesPage } from './pages/recovery-codes-page.ts';
import { noteAndProceed, proceedWith } from './proceed.ts';
import type { Proof } from './sign-in-progress.ts';
import { STORED, type StepOf } from './step.ts';
import { tellOwner } from './tell-owner.ts';
import { type UnseenCodes, unseenCodes } from './unseen-codes.ts';
import {
  type InteractionDeps,
  type InteractionVisit,
  interactionClient,
  interactionForm,
  shownAccount,
  showPage,
} from './visit.ts';

type NewFactorStep = StepOf<'new_factor'>;

/** Shows what sets a second factor up, or the choice between them; with `problem`, again. */
export async function showNewFactor(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: NewFactorStep,
  problem?: NewTotpView['problem'],
): Promise<void> {
  const { ctx, interaction, messages } = visit;
  const { tenant } = ctx.state;
  const { accountId, methods, chosen } = step;
  const [client, account] = await Promise.all([
    interactionClient(deps, visit),
    shownAccount(deps, visit, accountId),
  ]);
  // The account went away meanwhile: the protocol asks for another.
  if (account === undefined) return finishInteraction(visit, {});
  const view = {
    ...interactionForm(deps, visit, client.registered),
    account,
    askedBy: tenant.settings.mfa === 'required' ? tenant.name : client.name,
  };
  if (chosen === undefined) {
    return showPage(deps, visit, chooseFactorPage(messages, { ...view, methods }));
  }
  const { seed, uri } = await deps.factors.beginTotp(tenant, {
    accountId,
    label: account.username,
    binding: interaction.uid,
  });
  const page = newTotpPage(messages, {
    ...view,
    seed,
    uri,
    canChange: methods.length > 1,
    problem,
  });
  showPage(deps, visit, page);
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
  const { ctx, form, interaction } = visit;
  const { accountId } = step;
  const again = (problem: NewTotpView['problem']) =>
    showNewFactor(deps, visit, { ...step, chosen: 'totp' }, problem);

  const code = form.get('code') ?? '';
  if (code.trim() === '') return again('missing');
  const { outcome } = await deps.factors.confirmTotp(ctx.state.tenant, {
    accountId,
    binding: interaction.uid,
    code,
    by: ownerOf(visit, accountId),
  });
  if (outcome !== 'confirmed') return again(outcome);
  await tellOwner(deps, visit, accountId, 'second_factor_added');
  await proceedWithNewFactor(deps, visit, { accountId, method: 'otp', at: ctx.state.startedAt });
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

function ownerOf({ ctx }: InteractionVisit, accountId: string) {
  const { address, requestId } = ctx.state;
  return { actor: { type: 'account', id: accountId }, address, requestId } as const;
}
