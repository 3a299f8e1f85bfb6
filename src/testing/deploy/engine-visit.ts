/**
 * A person at a machine of `engine-machine.ts`, in whose network alone its addresses are:
 * `node engine-visit.ts WHAT …` prints what was seen as a line of JSON.
 *
 *   sign-in ISSUER                            Alice of the demo seed, at its web application
 *   invitation LINK NAME PASSWORD             makes an account of an invitation
 *   meanwhile ISSUER                          Alice again and again, until standard input ends
 */
import { setTimeout as delay } from 'node:timers/promises';
import { ALICE } from '../gatehouse.ts';
import { createPlainBrowser } from '../plain-browser.ts';
import { createRelyingParty, type RelyingParty, signIn } from '../relying-party.ts';

/** An application of the demo seed, which lies in the image. */
const NOTES = {
  clientId: 'notes-web',
  secret: 'demo-secret-of-notes-web-not-for-production',
  redirectUri: 'http://localhost:8080/callback',
};

/** Slower than what one address is held back for: 1,200 pages a minute, some five for each sign-in. */
const PAUSE_MS = 500;

async function signsIn(party: RelyingParty): Promise<string> {
  const browser = createPlainBrowser({ stopAt: (url) => url.startsWith(NOTES.redirectUri) });
  const tokens = await signIn(browser, party, ALICE);
  const { sub } = tokens.claims() ?? {};
  if (sub === undefined) throw new Error('no ID token');
  await party.verify(tokens.id_token ?? '', NOTES.clientId);
  return sub;
}

async function acceptInvitation(link: string, name: string, password: string): Promise<object> {
  const browser = createPlainBrowser();
  const form = await browser.open(link);
  const { status, document } = await browser.submit(form, { name, password });
  return { status, heading: document.querySelector('h1')?.text.trim() };
}

async function meanwhile(issuer: string): Promise<object> {
  const party = await createRelyingParty({ issuer, ...NOTES });
  let under = true;
  process.stdin.resume().once('end', () => (under = false));
  const failed: string[] = [];
  let done = 0;
  process.stdout.write('{}\n');
  while (under) {
    try {
      await signsIn(party);
      done += 1;
    } catch (error) {
      failed.push(`${new Date().toISOString()} ${String(error)}`);
    }
    await delay(PAUSE_MS);
  }
  return { done, failed };
}

const VISITS: Readonly<Record<string, (...given: string[]) => Promise<object>>> = {
  async 'sign-in'(issuer = '') {
    return { sub: await signsIn(await createRelyingParty({ issuer, ...NOTES })) };
  },
  invitation: (link = '', name = '', password = '') => acceptInvitation(link, name, password),
  meanwhile: (issuer = '') => meanwhile(issuer),
};

const [what = '', ...given] = process.argv.slice(2);
const visit = VISITS[what];
if (visit === undefined) throw new Error(`nobody knows how to ${what}`);
process.stdout.write(`${JSON.stringify(await visit(...given))}\n`);
