/**
 * People and their applications, who go on signing in, coming back, refreshing and asking, and
 * check every answer. What an honest client does on a failed request they do too: the same again.
 */
import { setTimeout as delay } from 'node:timers/promises';
import * as client from 'openid-client';
import { createPlainBrowser } from '../plain-browser.ts';
import {
  createRelyingParty,
  type Person,
  type RelyingParty,
  walkThrough,
} from '../relying-party.ts';
import { createStrictVerifiers } from './strict-verifier.ts';

/** What must not happen to anybody, and how often it did. */
export interface Harm {
  /** A session or a refresh token that was given, and then was not there any more. */
  signedOut: number;
  /** Something that works once worked twice. */
  duplicated: number;
  /** A token that a verifier refused. */
  refused: number;
  /** A flow that did not come to its end, however often it was tried. */
  stuck: number;
  /** What came instead, for whoever looks into it. */
  readonly what: string[];
}

/** How often the people tell harm, and whether somebody expects it at the moment. */
export interface People {
  readonly harm: Harm;
  /** From now on a lost session is what was to be expected: of Redis, emptied. */
  expectNewSignIns(expected: boolean): void;
  /** Ends when everybody has finished what they do. */
  stop(): Promise<void>;
  /** Every refresh token that was given works, asked one by one. */
  checkTokens(): Promise<void>;
}

interface PeopleOptions {
  readonly issuer: string;
  readonly persons: readonly Person[];
  readonly clientId: string;
  readonly secret: string;
  readonly redirectUri: string;
  /** A client at an address of its own. */
  readonly fetchFrom: (localAddress: string) => typeof fetch;
  /** Milliseconds between what one person does and the next. */
  readonly thinkMs: number;
}

/** Tries of one request or flow, with pauses: about 20 seconds of an outage. */
const TRIES = 40;
const PAUSE_MS = 500;

/** Somebody with a browser and an application that keeps a refresh token. */
interface Visitor {
  readonly person: Person;
  readonly browser: ReturnType<typeof createPlainBrowser>;
  refreshToken: string;
}

/** Signs everybody in and keeps them busy until `stop`. */
export async function sendPeople(options: PeopleOptions): Promise<People> {
  const party = await createRelyingParty({
    ...options,
    scope: 'openid profile offline_access',
    fetch: options.fetchFrom('127.0.2.1'),
    verifier: (jwksUri) => createStrictVerifiers(options.issuer, jwksUri, options.fetchFrom),
  });
  const harm: Harm = { signedOut: 0, duplicated: 0, refused: 0, stuck: 0, what: [] };
  const crowd = new Crowd(options, party, harm);
  const visitors = await Promise.all(options.persons.map((person, at) => crowd.arrive(person, at)));
  let going = true;
  const lives = visitors.map(async (visitor, index) => {
    for (let turn = index; going; turn += 1) {
      await crowd.act(visitor, turn);
      await delay(options.thinkMs);
    }
  });
  return {
    harm,
    expectNewSignIns(expected) {
      crowd.sessionsMayGo = expected;
    },
    async stop() {
      going = false;
      await Promise.all(lives);
    },
    async checkTokens() {
      for (const visitor of visitors) await crowd.refresh(visitor);
    },
  };
}

class Crowd {
  sessionsMayGo = false;
  readonly #options: PeopleOptions;
  readonly #party: RelyingParty;
  readonly #harm: Harm;

  constructor(options: PeopleOptions, party: RelyingParty, harm: Harm) {
    this.#options = options;
    this.#party = party;
    this.#harm = harm;
  }

  async arrive(person: Person, index: number): Promise<Visitor> {
    const { redirectUri, fetchFrom } = this.#options;
    const fetch = fetchFrom(`127.0.1.${index + 1}`);
    const stopAt = (url: string) => url.startsWith(redirectUri);
    const browser = createPlainBrowser({ stopAt, fetch });
    const visitor = { person, browser, refreshToken: '' };
    await this.#flow(visitor, 'sign-in', { prompt: 'consent' });
    return visitor;
  }

  /** In turn: a refresh, one that is sent twice at once, a return to the application, a refresh. */
  async act(visitor: Visitor, turn: number): Promise<void> {
    const kind = turn % 4;
    if (kind === 2) return this.#flow(visitor, turn % 8 === 2 ? 'twice' : 'return', {});
    await this.refresh(visitor, kind === 1);
  }

  /** @param twice - two tabs of one application: both are answered, and one goes on with its answer */
  async refresh(visitor: Visitor, twice = false): Promise<void> {
    const send = () => this.#repeated(() => this.#party.refresh(visitor.refreshToken));
    const [first, second] = await Promise.all([send(), twice ? send() : undefined]);
    const { tokens, refused } = first.tokens === undefined && second ? second : first;
    if (tokens?.refresh_token !== undefined) {
      visitor.refreshToken = tokens.refresh_token;
      await this.#verify(tokens);
      return;
    }
    this.#harm.signedOut += 1;
    this.#harm.what.push(`refresh of ${visitor.person.identifier}: ${refused}`);
    await this.#flow(visitor, 'sign-in', { prompt: 'consent' });
  }

  /**
   * An authorization request and its code, again from the beginning until there are tokens. Whoever
   * returns has a session: to be asked for a password is harm.
   */
  async #flow(
    visitor: Visitor,
    kind: 'sign-in' | 'return' | 'twice',
    parameters: Record<string, string>,
  ): Promise<void> {
    let last = '';
    for (let tries = 0; tries < TRIES; tries += 1) {
      try {
        if (await this.#tryFlow(visitor, kind, parameters)) return;
        return await this.#flow(visitor, 'sign-in', { prompt: 'consent' });
      } catch (error) {
        last = messageOf(error);
        await delay(PAUSE_MS);
      }
    }
    this.#harm.stuck += 1;
    this.#harm.what.push(`${kind}: ${last}`);
  }

  /** @returns false when somebody who had a session is asked to sign in */
  async #tryFlow(
    visitor: Visitor,
    kind: 'sign-in' | 'return' | 'twice',
    parameters: Record<string, string>,
  ): Promise<boolean> {
    const { redirectUri } = this.#options;
    const request = await this.#party.begin(parameters);
    const page =
      kind === 'sign-in'
        ? await walkThrough(visitor.browser, request.url, visitor.person)
        : await visitor.browser.open(request.url.href);
    if (!page.url.startsWith(redirectUri)) {
      if (kind === 'sign-in' || page.status !== 200) throw new Error(`${page.status} ${page.url}`);
      this.#noteLostSession(page.url);
      return false;
    }
    const tokens = await this.#redeem(() => request.redeem(page.url), kind === 'twice');
    await this.#verify(tokens);
    if (tokens.refresh_token !== undefined) visitor.refreshToken = tokens.refresh_token;
    return true;
  }

  /** As strictly as an application may: see `strict-verifier.ts`. */
  async #verify({ id_token: idToken }: client.TokenEndpointResponse): Promise<void> {
    if (idToken === undefined) throw new Error('no ID token');
    try {
      await this.#party.verify(idToken, this.#options.clientId);
    } catch (error) {
      this.#harm.refused += 1;
      this.#harm.what.push(`refused: ${messageOf(error)}`);
    }
  }

  #noteLostSession(url: string): void {
    if (this.sessionsMayGo) return;
    this.#harm.signedOut += 1;
    this.#harm.what.push(`session: ${url}`);
  }

  /** @param twice - at once, over two connections: one may win */
  async #redeem(redeem: () => Promise<client.TokenEndpointResponse>, twice: boolean) {
    if (!twice) return redeem();
    const results = await Promise.allSettled([redeem(), redeem()]);
    const won = results.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    if (won.length > 1) this.#harm.duplicated += 1;
    const [tokens] = won;
    if (tokens === undefined) throw new Error('neither was redeemed');
    return tokens;
  }

  /** Sends a request again while nobody answers it; a refusal by the protocol is an answer. */
  async #repeated(send: () => Promise<client.TokenEndpointResponse>) {
    for (let tries = 0; tries < TRIES; tries += 1) {
      try {
        return { tokens: await send(), refused: undefined };
      } catch (error) {
        const answered = error instanceof client.ResponseBodyError && error.status < 500;
        if (answered) {
          return { tokens: undefined, refused: `${error.error} ${error.error_description}` };
        }
        await delay(PAUSE_MS);
      }
    }
    this.#harm.stuck += 1;
    return { tokens: undefined, refused: 'nobody answered' };
  }
}

function messageOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return `${error instanceof Error ? error.message : error} ${cause instanceof Error ? cause.message : ''}`;
}
