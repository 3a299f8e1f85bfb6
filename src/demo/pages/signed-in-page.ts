import type { Page } from '../../http/render-page.ts';
import { type DecodedToken, decodeToken, subjectOf } from '../decode-token.ts';
import { displayValue, shorten } from '../display-value.ts';
import { type ClaimPlace, describeTime, explainClaims } from '../explain-claims.ts';
import { explainParameters } from '../explain-parameters.ts';
import { explainProblem } from '../explain-problem.ts';
import type { Attempt, Problem } from '../problem.ts';
import type { SignedIn, Tokens } from '../signed-in.ts';
import type { PageForm } from './page-form.ts';

export interface SignedInView extends PageForm {
  readonly signedIn: SignedIn;
  readonly now: Date;
}

/** What to call the person: the best that the tokens say. */
export function personName(signedIn: SignedIn): string {
  const decoded = decodeToken(signedIn.tokens.idToken);
  const claims = decoded.kind === 'jwt' ? decoded.claims : {};
  const said = signedIn.userinfo?.outcome === 'done' ? signedIn.userinfo.value : {};
  const names = [said.name, claims.name, said.preferred_username, claims.preferred_username];
  const name = names.find((one) => typeof one === 'string' && one.trim() !== '');
  return displayValue(name ?? subjectOf(signedIn.tokens.idToken));
}

/** What happened, step by step, and every token that came of it, read out. */
export function signedInPage(view: SignedInView): Page {
  const { signedIn, now } = view;
  const { tokens, steps, issuer, problem } = signedIn;
  return {
    template: 'signed-in',
    title: 'You are signed in',
    status: 200,
    formTargets: view.formTargets,
    data: {
      csrf: view.csrf,
      name: personName(signedIn),
      issuer,
      steps: {
        request: {
          endpoint: steps.request.endpoint,
          rows: explainParameters(steps.request.parameters),
        },
        answer: { rows: explainParameters(steps.answer) },
        exchange: {
          endpoint: steps.exchange.endpoint,
          rows: explainParameters(steps.exchange.parameters),
        },
        jwksUri: steps.jwksUri ?? '',
      },
      idToken: tokenView('id_token', tokens.idToken, now),
      accessToken: {
        ...tokenView('access_token', tokens.accessToken, now),
        resource: signedIn.resource,
        scope: tokens.scope === undefined ? undefined : displayValue(tokens.scope),
        expires: expiry(tokens, now),
      },
      api: apiView(signedIn.api),
      refreshToken: tokens.refreshToken === undefined ? undefined : shorten(tokens.refreshToken),
      refresh: refreshView(signedIn, now),
      problems: problem === undefined ? {} : { [problem.part]: problemView(problem) },
      userinfo: userinfoView(signedIn, now),
    },
  };
}

function tokenView(place: ClaimPlace, token: string, now: Date) {
  const decoded: DecodedToken = decodeToken(token);
  return {
    // Header, payload and signature stand apart, so that one sees what a JWT is made of.
    parts: decoded.kind === 'jwt' ? token.split('.') : [token],
    jwt:
      decoded.kind === 'jwt'
        ? {
            header: explainClaims('header', decoded.header, now),
            claims: explainClaims(place, decoded.claims, now),
          }
        : undefined,
  };
}

function expiry(tokens: Tokens, now: Date): string | undefined {
  if (tokens.expiresInSeconds === undefined) return undefined;
  return describeTime(tokens.receivedAt.getTime() / 1000 + tokens.expiresInSeconds, now);
}

/** What the last refresh changed. */
function refreshView({ tokens, previous }: SignedIn, now: Date) {
  if (previous === undefined) return undefined;
  const rotated = previous.refreshToken !== tokens.refreshToken;
  return {
    at: describeTime(tokens.receivedAt.getTime() / 1000, now),
    rows: [
      change(
        'Refresh token',
        previous.refreshToken ?? '',
        tokens.refreshToken ?? '',
        rotated
          ? 'Rotated: the old one worked once and is spent. Whoever uses it again later gives away that it was stolen, and the issuer ends the whole family.'
          : 'The same: this issuer did not rotate it.',
      ),
      change(
        'Access token',
        lastPart(previous.accessToken),
        lastPart(tokens.accessToken),
        'New, with a new time of expiry. Roles and permissions are read again, so a change shows here.',
      ),
      change(
        'ID token',
        lastPart(previous.idToken),
        lastPart(tokens.idToken),
        previous.idToken === tokens.idToken
          ? 'The same: this issuer sent none, or sent it within the same second.'
          : 'New, about the same person and the same sign-in: auth_time has not moved.',
      ),
    ],
  };
}

function change(name: string, before: string, after: string, meaning: string) {
  return { name, before: shorten(before), after: shorten(after), meaning };
}

/** Two JWTs begin alike; their signatures differ. An opaque token is one part. */
function lastPart(jwt: string): string {
  return jwt.slice(jwt.lastIndexOf('.') + 1);
}

function userinfoView(signedIn: SignedIn, now: Date) {
  const { userinfo, resource, tokens, userinfoToken } = signedIn;
  const rows =
    userinfo?.outcome === 'done' ? explainClaims('userinfo', userinfo.value, now) : undefined;
  return {
    rows,
    problem: userinfo?.outcome === 'problem' ? problemView(userinfo.problem) : undefined,
    needsOwnToken: resource !== undefined && userinfoToken === undefined,
    possible: resource === undefined || tokens.refreshToken !== undefined,
  };
}

function apiView(api: Attempt<{ status: number; body: string }> | undefined) {
  if (api === undefined) return undefined;
  if (api.outcome === 'problem') return { problem: problemView(api.problem) };
  return { status: api.value.status, body: readable(api.value.body) };
}

/** JSON over several lines; anything else as it is. */
function readable(body: string): string {
  try {
    const lines = JSON.stringify(JSON.parse(body), null, 2).split('\n');
    return lines.map(displayValue).join('\n');
  } catch {
    return displayValue(body);
  }
}

function problemView(problem: Problem | undefined) {
  if (problem === undefined) return undefined;
  const { title, meaning, advice } = explainProblem(problem);
  const { description = '' } = problem;
  return {
    title,
    meaning,
    advice,
    code: displayValue(problem.code),
    said: displayValue(description),
  };
}
