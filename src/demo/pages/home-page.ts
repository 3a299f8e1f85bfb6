import type { Page } from '../../http/render-page.ts';
import { DEMO_ACCOUNTS, machineCommand, OWN_APP_COMMAND, OWN_APP_SEED } from '../demo-seed.ts';
import { explainProblem } from '../explain-problem.ts';
import type { Problem } from '../problem.ts';
import {
  type IssuerChoice,
  OFFERED_PROMPTS,
  OFFERED_SCOPES,
  type SignInChoices,
} from '../sign-in-choices.ts';
import type { PageForm } from './page-form.ts';

type Scope = (typeof OFFERED_SCOPES)[number];
type Prompt = (typeof OFFERED_PROMPTS)[number];

const SCOPE_TEXT: Readonly<Record<Scope, string>> = {
  profile: 'name, picture, birthdate, language …',
  email: 'the address, and whether it is verified',
  address: 'the postal address',
  phone: 'the number, and whether it is verified',
  roles: 'the person’s roles in this application',
  offline_access: 'go on after sign-out; needs “Consent again”',
};

const PROMPT_TEXT: Readonly<Record<Prompt, { text: string; hint: string }>> = {
  '': { text: 'What is needed', hint: 'nothing at all, if they are signed in and have allowed it' },
  none: { text: 'Nothing', hint: 'prompt=none: it succeeds silently or fails' },
  login: { text: 'The password again', hint: 'prompt=login' },
  consent: { text: 'Consent again', hint: 'prompt=consent' },
};

export interface HomeView extends PageForm {
  readonly issuers: readonly IssuerChoice[];
  readonly choices: SignInChoices;
  readonly maxAgeProblem: string | undefined;
  /** Who is signed in here already. */
  readonly signedInAs: string | undefined;
  readonly signedOut: boolean;
  /** Why the chosen issuer cannot be used now. */
  readonly issuerProblem: Problem | undefined;
  /** The issuer that one's own app connects to. */
  readonly issuer: string;
  /** Identifier of the playground's API. */
  readonly resource: string;
}

/** The first page: what this is, whom to sign in as, the choices, and how to go on alone. */
export function homePage(view: HomeView): Page {
  const { choices, issuers, issuer, issuerProblem } = view;
  const title = 'See a sign-in from the inside';
  return {
    template: 'home',
    title: view.maxAgeProblem === undefined ? title : `Error: ${title}`,
    status: view.maxAgeProblem === undefined ? 200 : 422,
    formTargets: view.formTargets,
    data: {
      heading: title,
      csrf: view.csrf,
      signedInAs: view.signedInAs,
      signedOut: view.signedOut,
      problem: issuerProblem && {
        ...explainProblem(issuerProblem),
        issuer: choices.issuer.issuer,
      },
      accounts: DEMO_ACCOUNTS.map((account) => ({
        ...account,
        place: issuers.length > 1 ? issuerOfTenant(issuers, account.tenant)?.name : undefined,
      })).filter(({ tenant }) => issuerOfTenant(issuers, tenant) !== undefined),
      issuers: issuers.length > 1 ? issuers : [],
      chosenIssuer: choices.issuer.issuer,
      scopes: OFFERED_SCOPES.map((name) => ({
        name,
        text: SCOPE_TEXT[name],
        checked: choices.scopes.includes(name),
      })),
      api: choices.api,
      resource: view.resource,
      prompts: OFFERED_PROMPTS.map((value) => ({
        value,
        ...PROMPT_TEXT[value],
        checked: choices.prompt === value,
      })),
      maxAge: choices.maxAge,
      maxAgeProblem: view.maxAgeProblem,
      ownApp: {
        issuer,
        discovery: `${issuer}/.well-known/openid-configuration`,
        seed: OWN_APP_SEED,
        command: OWN_APP_COMMAND,
        machine: machineCommand(`${issuer}/token`),
      },
    },
  };
}

/** The first issuer is the default tenant's; the others end in their tenant's slug. */
function issuerOfTenant(issuers: readonly IssuerChoice[], slug: string): IssuerChoice | undefined {
  return slug === 'default'
    ? issuers[0]
    : issuers.find(({ issuer }) => issuer.endsWith(`/t/${slug}`));
}
