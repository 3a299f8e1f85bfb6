import { TOTP, URI } from 'otpauth';
import type { PlainBrowser, PlainPage } from './plain-browser.ts';

/** An authenticator app as people have them: it knows what it scanned, and what time it is. */
export interface AuthenticatorApp {
  readonly secret: string;
  /** What it shows now. */
  code(): string;
}

/** Scans what the page of a new app shows. */
export function scanInto(page: PlainPage, now: () => Date): AuthenticatorApp {
  const link = page.document.querySelector('a.open-app')?.getAttribute('href');
  if (link === undefined) throw new Error(`nothing to scan on ${page.url}: ${page.text}`);
  const scanned = URI.parse(link);
  if (!(scanned instanceof TOTP)) throw new Error(`not for codes that change: ${link}`);
  return {
    secret: scanned.secret.base32,
    code: () => scanned.generate({ timestamp: now().getTime() }),
  };
}

/** The recovery codes that a page shows. */
export function recoveryCodesOn(page: PlainPage): string[] {
  return page.document.querySelectorAll('.recovery-codes code').map((code) => code.text);
}

/** Chooses an app, where there is something else to choose. */
export async function chooseApp(browser: PlainBrowser, page: PlainPage): Promise<PlainPage> {
  if (page.document.querySelector('input[type=radio][name=factor]') === null) return page;
  return browser.submit(page, { factor: 'totp' }, { action: '/factor' });
}

/** Sets an app up on its page, and goes on past the recovery codes that come with it. */
export async function setUpApp(
  browser: PlainBrowser,
  page: PlainPage,
  now: () => Date,
): Promise<{ app: AuthenticatorApp; recoveryCodes: string[]; next: PlainPage }> {
  const scanned = await chooseApp(browser, page);
  const app = scanInto(scanned, now);
  const codes = await browser.submit(scanned, { code: app.code() }, { action: '/new-factor' });
  const recoveryCodes = recoveryCodesOn(codes);
  if (recoveryCodes.length === 0) throw new Error(`no recovery codes on ${codes.text}`);
  const next = await browser.submit(codes, {}, { action: '/recovery-codes' });
  return { app, recoveryCodes, next };
}
