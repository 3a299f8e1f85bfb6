/**
 * What people, machines and their applications leave behind: each kind of visit as the real pages and
 * endpoints take it, most of them broken off somewhere.
 */
import * as client from 'openid-client';
import { accountGuest } from '../account-visit.ts';
import type { TestCli } from '../cli.ts';
import type { TestDeployment } from '../gatehouse.ts';
import { createPlainBrowser } from '../plain-browser.ts';
import {
  createRelyingParty,
  type Person,
  type RelyingParty,
  walkThrough,
} from '../relying-party.ts';

export const REDIRECT_URI = 'http://localhost:9/callback';
export const PASSWORD = 'a-week-of-traffic-1';
export const SECRET = 'week-secret-week-secret-week-secret';

export interface VisitWorld {
  readonly deployment: TestDeployment;
  readonly cli: TestCli;
  readonly party: RelyingParty;
  readonly machine: RelyingParty;
  /** Refresh tokens of those who come back every day, by person. */
  readonly kept: Map<string, string>;
}

export async function createVisitWorld(
  deployment: TestDeployment,
  cli: TestCli,
): Promise<VisitWorld> {
  const common = { issuer: deployment.publicUrl, redirectUri: REDIRECT_URI, secret: SECRET };
  return {
    deployment,
    cli,
    party: await createRelyingParty({
      ...common,
      clientId: 'shop',
      scope: 'openid profile offline_access',
    }),
    machine: await createRelyingParty({ ...common, clientId: 'robot' }),
    kept: new Map(),
  };
}

type Visit = (world: VisitWorld, person: Person, day: number) => Promise<void>;

const newBrowser = () => createPlainBrowser({ stopAt: (url) => url.startsWith(REDIRECT_URI) });

async function signIn({ party }: VisitWorld, person: Person, browser = newBrowser()) {
  const request = await party.begin({ prompt: 'consent' });
  const page = await walkThrough(browser, request.url, person);
  return { browser, tokens: await request.redeem(page.url) };
}

/** What an application does whose refresh token may have come to its end. */
async function refreshOrSignIn(world: VisitWorld, person: Person, token: string | undefined) {
  if (token !== undefined) {
    try {
      return await world.party.refresh(token);
    } catch (error) {
      const ended = error instanceof client.ResponseBodyError && error.error === 'invalid_grant';
      if (!ended) throw error;
    }
  }
  return (await signIn(world, person)).tokens;
}

/** What somebody starts in the place of a password, and does not finish. */
async function takeWay({ party }: VisitWorld, person: Person, way: string, path: string) {
  const browser = newBrowser();
  const page = await browser.open((await party.begin()).url.href);
  const asked = await browser.submit(page, {}, { action: '/way', button: way });
  const { status } = await browser.submit(
    asked,
    { identifier: person.identifier },
    { action: path },
  );
  expect(status < 400, `${status} for ${way}`);
}

/** Every kind of visit; all of them, time and again, are a day. */
export const VISITS: Readonly<Record<string, Visit>> = {
  async 'comes back every day'(world, person) {
    const { kept } = world;
    const tokens = await refreshOrSignIn(world, person, kept.get(person.identifier));
    kept.set(person.identifier, tokens.refresh_token ?? '');
  },
  async 'uses an application and leaves'(world, person) {
    const { tokens } = await signIn(world, person);
    const again = await world.party.refresh(tokens.refresh_token ?? '');
    const sub = tokens.claims()?.sub ?? '';
    await client.fetchUserInfo(world.party.config, again.access_token, sub);
  },
  async 'signs out'(world, person) {
    const { browser, tokens } = await signIn(world, person);
    const leave = client.buildEndSessionUrl(world.party.config, {
      id_token_hint: tokens.id_token ?? '',
    });
    const asked = await browser.open(leave.href);
    await browser.submit(asked, {}, { button: 'logout' });
  },
  async 'leaves before and after the sign-in'({ party }, person) {
    await newBrowser().open((await party.begin()).url.href);
    const page = await walkThrough(newBrowser(), (await party.begin()).url, person);
    expect(page.url.startsWith(REDIRECT_URI), 'no code was given');
  },
  async mistypes({ party }, person, day) {
    const browser = newBrowser();
    let page = await browser.open((await party.begin()).url.href);
    for (const identifier of [person.identifier, `nobody-${day}`]) {
      page = await browser.submit(page, { identifier, password: 'wrong' }, { action: '/sign-in' });
    }
    expect(page.status === 422, `${page.status} for a wrong password`);
  },
  'forgets the password': (world, person) => takeWay(world, person, 'recover', '/recover'),
  'asks for a code': (world, person) => takeWay(world, person, 'email_code', '/email-code-send'),
  async 'sets up what is never finished'({ deployment }, person, day) {
    const guest = accountGuest(deployment, person);
    for (const path of ['/methods/passkeys/add', '/methods/app/add']) {
      expect((await guest.open(path)).status === 200, path);
    }
    const form = await guest.open('/email/change');
    await guest.browser.submit(form, { email: `new-${day}@people.example` }, { action: '/change' });
  },
  async 'is invited'({ cli }, _person, day) {
    const { code, stderr } = await cli.run('account', 'invite', `guest-${day}@people.example`);
    expect(code === 0, stderr);
  },
  async 'replaces the secret of a client'({ cli }) {
    const { code, stderr } = await cli.run(
      'client',
      'rotate-secret',
      'rotor',
      '--reveal',
      '--overlap',
      '1h',
    );
    expect(code === 0, stderr);
  },
  async 'a machine asks'({ machine }) {
    for (let times = 0; times < 3; times += 1) await client.clientCredentialsGrant(machine.config);
  },
};

function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}
