/** What samples of the account page have in common. */
import type { AccountShell } from '../account-page/pages/account-layout.ts';

export const ROOT = '/account';
export const CSRF = 'kq3sX0aCqGf1yqYQv4gqFv6bq1i9H2hC5s0m7mY0n8E';
export const NOW = new Date('2027-05-03T10:22:00Z');
export const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

/** What is around a page, with a word on what was done before. */
export type ShellWith = (done?: AccountShell['done']) => AccountShell;

export const form = (path: string) => ({ action: `${ROOT}${path}`, csrf: CSRF });
export const ago = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000);
