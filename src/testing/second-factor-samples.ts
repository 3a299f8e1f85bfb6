/** The pages of second factors in each of their states: a part of `page-samples.ts`. */
import type { PasskeyCreationOptions } from '../accounts/register-passkey.ts';
import type { PasskeyRequestOptions } from '../accounts/sign-in-with-passkey.ts';
import { totpUri } from '../accounts/totp.ts';
import type { Page } from '../http/render-page.ts';
import type { Messages } from '../interactions/messages/messages.ts';
import {
  chooseFactorPage,
  type NewPasskeyProblem,
  type NewTotpView,
  newPasskeyPage,
  newTotpPage,
} from '../interactions/pages/new-factor-pages.ts';
import { recoveryCodesPage } from '../interactions/pages/recovery-codes-page.ts';
import {
  type SecondFactorView,
  secondFactorPage,
} from '../interactions/pages/second-factor-page.ts';
import type { SampleNames } from './page-samples.ts';

const SEED = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const CODES = [
  '0h4kd-9xw2m',
  '7pq3t-vb6ns',
  'm2c8j-5rz0e',
  'w9d1f-k3x7g',
  '4tb6y-h8n2q',
  'e5j0r-c7m9v',
  'x3s8k-2pd4w',
  '9gq7z-n1t5b',
  'v6m2h-8ew0c',
  'k1r4x-d9j3p',
];

const REQUEST: PasskeyRequestOptions = {
  rpId: 'login.acme.example',
  challenge: 'q0Yp3mC1xV7sT9uB2nK4wE6rA8dF5gH0jL1zX3cV5bM',
  timeout: 300_000,
  allowCredentials: [
    { type: 'public-key', id: 'yZ3xW1vU5tS7rQ9pO2nM4l', transports: ['internal', 'hybrid'] },
  ],
  userVerification: 'preferred',
};

const creation = (names: SampleNames): PasskeyCreationOptions => ({
  rp: { id: REQUEST.rpId, name: names.site },
  user: {
    id: 'mN4bV6cX8zL0kJ2hG4fD6sA8pO0iU2yT4rE6wQ8mN0b',
    name: names.username,
    displayName: names.person,
  },
  challenge: REQUEST.challenge,
  pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
  timeout: REQUEST.timeout,
  excludeCredentials: [],
  authenticatorSelection: {
    residentKey: 'required',
    requireResidentKey: true,
    userVerification: 'required',
  },
  attestation: 'none',
});

/** @param form - what every form of an interaction has */
export function secondFactorSamples(
  messages: Messages,
  names: SampleNames,
  form: Pick<SecondFactorView, 'action' | 'csrf' | 'formTargets'>,
): Record<string, Page> {
  const account = { name: names.person, username: names.username };
  const secondFactor = (view: Partial<SecondFactorView>) =>
    secondFactorPage(messages, {
      ...form,
      siteName: names.site,
      account,
      chosen: 'totp',
      methods: ['passkey', 'totp', 'recovery_code'],
      passkey: undefined,
      rememberSeconds: 30 * 24 * 60 * 60,
      remember: false,
      problem: undefined,
      ...view,
    });
  const newTotp = (problem?: NewTotpView['problem'], canChange = true) =>
    newTotpPage(messages, {
      ...form,
      account,
      askedBy: names.client,
      seed: SEED,
      uri: totpUri({ seed: SEED, issuer: names.site, label: names.username }),
      canChange,
      problem,
    });
  const passkey = { chosen: 'passkey', passkey: REQUEST } as const;
  const newPasskey = (problem?: NewPasskeyProblem, canChange = true) =>
    newPasskeyPage(messages, {
      ...form,
      account,
      askedBy: names.client,
      options: problem === 'full' ? undefined : creation(names),
      canChange,
      problem,
    });
  const recovery = { chosen: 'recovery_code' } as const;

  return {
    'second-factor': secondFactor({}),
    'second-factor-only': secondFactor({ methods: ['totp'], rememberSeconds: undefined }),
    'second-factor-missing': secondFactor({ problem: { kind: 'missing' } }),
    'second-factor-rejected': secondFactor({ remember: true, problem: { kind: 'rejected' } }),
    'second-factor-reused': secondFactor({ problem: { kind: 'reused' } }),
    'second-factor-locked': secondFactor({ problem: { kind: 'locked', retryAfterSeconds: 890 } }),
    'second-factor-recovery': secondFactor(recovery),
    'second-factor-recovery-missing': secondFactor({ ...recovery, problem: { kind: 'missing' } }),
    'second-factor-recovery-rejected': secondFactor({ ...recovery, problem: { kind: 'rejected' } }),
    'second-factor-passkey': secondFactor(passkey),
    'second-factor-passkey-only': secondFactor({ ...passkey, methods: ['passkey'] }),
    'second-factor-passkey-rejected': secondFactor({ ...passkey, problem: { kind: 'rejected' } }),
    'second-factor-passkey-outdated': secondFactor({ ...passkey, problem: { kind: 'outdated' } }),
    'second-factor-no-passkeys': secondFactor({ ...passkey, passkey: undefined }),
    'new-factor': chooseFactorPage(messages, {
      ...form,
      account,
      askedBy: names.site,
      methods: ['totp', 'passkey'],
    }),
    'new-totp': newTotp(),
    'new-totp-only': newTotp(undefined, false),
    'new-totp-missing': newTotp('missing'),
    'new-totp-rejected': newTotp('wrong_code'),
    'new-totp-outdated': newTotp('expired'),
    'new-passkey': newPasskey(),
    'new-passkey-only': newPasskey(undefined, false),
    'new-passkey-rejected': newPasskey('rejected'),
    'new-passkey-outdated': newPasskey('outdated'),
    'new-passkey-known-rejected': newPasskey('already_registered'),
    'recovery-codes': recoveryCodesPage(messages, {
      ...form,
      siteName: names.site,
      username: names.username,
      codes: CODES,
    }),
  };
}
