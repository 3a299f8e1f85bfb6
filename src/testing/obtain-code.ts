import { answerAt } from './demo-clients.ts';
import type { PlainBrowser } from './plain-browser.ts';
import { type Person, type RelyingParty, walkThrough } from './relying-party.ts';

/**
 * Signs a person in up to the redirect URI, and redeems nothing.
 *
 * @returns the token request that redeems the code, complete but for the client's authentication
 */
export async function obtainCode(
  browser: PlainBrowser,
  party: RelyingParty,
  person: Person,
  parameters: Record<string, string> = {},
): Promise<Record<'grant_type' | 'code' | 'redirect_uri' | 'code_verifier', string>> {
  const { url, checks } = await party.begin(parameters);
  const { code } = answerAt(await walkThrough(browser, url, person), party);
  if (code === undefined) throw new Error('no code at the redirect URI');
  return {
    grant_type: 'authorization_code',
    code,
    redirect_uri: party.redirectUri,
    code_verifier: String(checks.pkceCodeVerifier),
  };
}
