import { noteAndProceed } from './proceed.ts';
import { STORED, WAYS } from './step.ts';
import type { InteractionDeps, InteractionVisit } from './visit.ts';

/**
 * Takes another way to a first factor: the page after it is that way's own, and the dispatcher
 * decides whether there is such a way here. What an earlier way has begun is forgotten.
 */
export async function takeWay(deps: InteractionDeps, visit: InteractionVisit): Promise<void> {
  const way = WAYS.find((one) => one === visit.form.get('way')) ?? 'password';
  await noteAndProceed(deps, visit, {
    [STORED.way]: way === 'password' ? undefined : way,
    [STORED.sent]: undefined,
    [STORED.upstreamProblem]: undefined,
  });
}
