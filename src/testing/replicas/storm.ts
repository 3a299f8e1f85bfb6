import { createPlainBrowser } from '../plain-browser.ts';
import { createSampler } from './samples.ts';

const REDIRECT_URI = 'http://localhost:9/callback';

/**
 * Many who sign in at once, each from a network of their own, with names that nobody has: a wrong
 * password costs as much as a right one.
 *
 * @param people - at most 50,000
 * @throws Error when somebody is told anything but that they are not known, or to come back later
 */
export async function stormOfSignIns(issuer: string, people: number): Promise<void> {
  const { fetchFrom } = createSampler();
  const asked = new URL(`${issuer}/auth`);
  asked.search = new URLSearchParams({
    client_id: 'shop',
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: 'openid',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  }).toString();
  await Promise.all(
    Array.from({ length: people }, async (_, index) => {
      const fetch = fetchFrom(`127.${10 + (index % 200)}.${Math.floor(index / 200)}.7`);
      const browser = createPlainBrowser({ fetch });
      let page = await browser.open(asked.href);
      if (page.status === 200) {
        const typed = { identifier: `nobody-${index}`, password: 'a wrong password' };
        page = await browser.submit(page, typed, { action: '/sign-in' });
      }
      const shed = page.status === 503 && page.headers.has('retry-after');
      if (page.status !== 422 && !shed) throw new Error(`${page.status} in a storm of sign-ins`);
    }),
  );
}
