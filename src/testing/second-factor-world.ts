/**
 * A deployment with a clock that a test moves on, so that authenticator apps show another code, and
 * an application that lets everybody in and asks for no consent.
 */
import { ACR_MULTI_FACTOR } from '../accounts/acr.ts';
import { setUpApp } from './authenticator-app.ts';
import { createTestCli } from './cli.ts';
import { answerAt, visitor } from './demo-clients.ts';
import { startDeployment } from './gatehouse.ts';
import type { PlainBrowser, PlainPage } from './plain-browser.ts';
import { createRelyingParty, type Person } from './relying-party.ts';
import { seedMore } from './seed-more.ts';

const STEP_MS = 30_000;
/** Where the answer to a second factor goes. */
export const SECOND_FACTOR = { action: '/second-factor' };

export const DESK = {
  clientId: 'desk-web',
  secret: 'the-secret-of-the-desk-in-this-test',
  redirectUri: 'http://localhost:8083/callback',
};
/** As a seed file names it. */
export const DEFAULT_TENANT = { slug: 'default', name: 'Gatehouse Demo' };
const WITH_DESK = {
  ...DEFAULT_TENANT,
  applications: [
    {
      key: 'desk',
      name: 'Desk',
      firstParty: true,
      clients: [
        {
          client_id: DESK.clientId,
          client_secret: { value: DESK.secret },
          redirect_uris: [DESK.redirectUri],
          grant_types: ['authorization_code'],
        },
      ],
    },
  ],
};

/** Call `deployment.stop` in `after`. */
export async function startSecondFactorWorld(options: Parameters<typeof startDeployment>[0] = {}) {
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  const deployment = await startDeployment({ ...options, now });
  const { databaseUrl, environment } = deployment;
  await seedMore(deployment, WITH_DESK);
  const desk = await createRelyingParty({ issuer: deployment.publicUrl, ...DESK });

  /** At the page after the password. */
  const typePassword = async (
    browser: PlainBrowser,
    person: Person,
    parameters?: Record<string, string>,
  ) => {
    const request = await desk.begin(parameters);
    const page = await browser.open(request.url.href);
    return { request, page: await browser.submit(page, { ...person }, { action: '/sign-in' }) };
  };
  return {
    deployment,
    desk,
    now,
    cli: createTestCli({ databaseUrl, environment }),
    nextCode: () => {
      ahead += STEP_MS;
    },
    typePassword,
    /** Somebody who had no second factor sets an app up because an application asks for it. */
    async enrol(person: Person) {
      const browser = visitor(deployment);
      const asked = { acr_values: ACR_MULTI_FACTOR };
      const { request, page } = await typePassword(browser, person, asked);
      const { app, recoveryCodes, next } = await setUpApp(browser, page, now);
      const tokens = await request.redeem(next.url);
      ahead += STEP_MS;
      return { browser, app, recoveryCodes, tokens };
    },
    /** Whose session a browser has, as the protocol says without a page. */
    async silently(browser: PlainBrowser, parameters: Record<string, string> = {}) {
      const request = await desk.begin({ prompt: 'none', ...parameters });
      return answerAt(await browser.open(request.url.href), desk);
    },
  };
}

export type SecondFactorWorld = Awaited<ReturnType<typeof startSecondFactorWorld>>;

export const asksForCode = (page: PlainPage) => page.document.querySelector('#code') !== null;
export const asksForPassword = (page: PlainPage) =>
  page.document.querySelector('input[name=password]') !== null;
/** Of the interaction that a page belongs to. */
export const uidOf = (page: PlainPage) => /\/interaction\/([\w-]+)/.exec(page.url)?.[1] ?? '';
