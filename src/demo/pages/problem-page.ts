import type { Page } from '../../http/render-page.ts';
import { displayValue } from '../display-value.ts';
import { explainProblem } from '../explain-problem.ts';
import type { Problem } from '../problem.ts';

export interface ProblemView {
  readonly problem: Problem;
  readonly status: number;
  /** The tokens of an earlier sign-in are still there. */
  readonly signedIn: boolean;
}

/** Says what went wrong, what it means and what to do; the issuer's words stand apart. */
export function problemPage({ problem, status, signedIn }: ProblemView): Page {
  const { title, meaning, advice } = explainProblem(problem);
  const { description } = problem;
  return {
    template: 'problem',
    title,
    status,
    formTargets: undefined,
    // It may stand at the redirect URI, whose address holds a code.
    secretAddress: true,
    data: {
      heading: title,
      meaning,
      advice,
      said:
        problem.from === 'issuer'
          ? { error: displayValue(problem.code), description: textOf(description) }
          : undefined,
      detail: problem.from === 'playground' ? textOf(description) : undefined,
      signedIn,
    },
  };
}

/** For what flies to the error boundary: an address or a form that is not ours. */
export function errorPage(view: { status: number; message: string; requestId: string }): Page {
  return {
    template: 'problem',
    title: view.status < 500 ? 'That did not work' : 'Something went wrong here',
    status: view.status,
    formTargets: undefined,
    data: {
      heading: view.status < 500 ? 'That did not work' : 'Something went wrong here',
      meaning: view.message,
      advice: view.status < 500 ? '' : `The log has the reason, under ${view.requestId}.`,
      said: undefined,
      detail: undefined,
      signedIn: false,
    },
  };
}

function textOf(value: string | undefined): string | undefined {
  return value === undefined ? undefined : displayValue(value);
}
