import type { AccountShell } from '../account-page/pages/account-layout.ts';
import {
  type AppProblem,
  type AppView,
  addAppPage,
  appPage,
} from '../account-page/pages/app-pages.ts';
import { type BrowsersView, browsersPage } from '../account-page/pages/browsers-page.ts';
import { type ConnectedView, connectedPage } from '../account-page/pages/connected-page.ts';
import { methodsPage } from '../account-page/pages/methods-page.ts';
import {
  addPasskeyPage,
  type PasskeysView,
  passkeysPage,
} from '../account-page/pages/passkeys-pages.ts';
import {
  newRecoveryCodesPage,
  recoveryCodesStatePage,
} from '../account-page/pages/recovery-codes-pages.ts';
import type { Passkey } from '../accounts/passkey.ts';
import type { PasskeyCreationOptions } from '../accounts/register-passkey.ts';
import type { Page } from '../http/render-page.ts';
import type { Messages } from '../interactions/messages/messages.ts';
import { ago, CSRF, FIREFOX, form, NOW, ROOT, type ShellWith } from './account-sample-parts.ts';
import type { SampleNames } from './page-samples.ts';

/** What somebody signs in with, in each of its states, by name. */
export function methodSamples(
  messages: Messages,
  names: SampleNames,
  shellWith: ShellWith,
): Record<string, Page> {
  const shell = shellWith();
  const root = `${ROOT}/methods`;
  const passkeys = (view: Partial<PasskeysView>, done?: AccountShell['done']) =>
    passkeysPage(messages, shellWith(done), {
      passkeys: passkeySamples(names),
      addHref: `${root}/passkeys/add`,
      rename: form('/methods/passkeys/rename'),
      remove: form('/methods/passkeys/remove'),
      kept: undefined,
      problem: undefined,
      now: NOW,
      ...view,
    });
  const app = (view: Partial<AppView>, done?: AccountShell['done']) =>
    appPage(messages, shellWith(done), {
      app: { name: '', createdAt: ago(500), lastUsedAt: ago(20) },
      addHref: `${root}/app/add`,
      remove: form('/methods/app/remove'),
      needed: false,
      now: NOW,
      ...view,
    });
  const addApp = (problem?: AppProblem) =>
    addAppPage(messages, shell, {
      ...form('/methods/app/add'),
      seed: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
      uri: 'otpauth://totp/Acme:alice?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Acme',
      problem,
    });
  const codes = (left: number, hasFactor = true) =>
    recoveryCodesStatePage(messages, shell, {
      ...form('/methods/recovery-codes'),
      left,
      hasFactor,
    });
  const browsers = (view: Partial<BrowsersView>) =>
    browsersPage(messages, shell, {
      browsers: ['1', '2'].map((id) => ({
        id,
        userAgent: id === '1' ? FIREFOX : names.typed,
        address: '192.0.2.7',
        createdAt: ago(200),
        lastUsedAt: ago(2),
        expiresAt: ago(-520),
      })),
      forget: form('/methods/browsers/forget'),
      forgetAll: form('/methods/browsers/forget-all'),
      now: NOW,
      ...view,
    });
  const connected = (view: Partial<ConnectedView>, kept = false) =>
    connectedPage(messages, shell, {
      links: [
        {
          id: '0190a0a0-0000-7000-8000-000000000001',
          name: names.client,
          shownName: names.person,
          shownEmail: names.username,
          createdAt: ago(900),
          lastUsedAt: ago(30),
          kept,
        },
      ],
      offered: [{ key: 'other', name: names.application }],
      connect: form('/methods/connected/add'),
      disconnect: form('/methods/connected/remove'),
      problem: undefined,
      now: NOW,
      ...view,
    });

  return {
    'account-methods': methodsPage(messages, shellWith('recovery_codes_saved'), {
      root,
      passkeys: 2,
      secondFactors: { app: true, recoveryCodes: 8, browsers: 0 },
      connected: 1,
    }),
    'account-passkeys': passkeys({}, 'passkey_added'),
    'account-passkeys-none': passkeys({ passkeys: [], addHref: undefined }),
    'account-passkeys-kept': passkeys({
      passkeys: passkeySamples(names).slice(0, 1),
      kept: 'only_way',
    }),
    'account-passkey-add': addPasskeyPage(messages, shell, {
      ...form('/methods/passkeys/add'),
      options: passkeyOptions(names),
      problem: undefined,
    }),
    'account-passkey-add-rejected': addPasskeyPage(messages, shell, {
      ...form('/methods/passkeys/add'),
      options: passkeyOptions(names),
      problem: 'rejected',
    }),
    'account-app': app({}),
    'account-app-none': app({ app: undefined }, 'app_removed'),
    'account-app-kept': app({ needed: true }),
    'account-app-add': addApp(),
    'account-app-add-rejected': addApp('wrong_code'),
    'account-app-add-outdated': addApp('expired'),
    'account-recovery-codes': codes(8),
    'account-recovery-codes-few': codes(2),
    'account-recovery-codes-none': codes(0, false),
    'account-recovery-codes-new': newRecoveryCodesPage(messages, shellWith('app_added'), {
      ...form('/methods/recovery-codes/saved'),
      siteName: names.site,
      username: names.username,
      codes: Array.from({ length: 10 }, (_, n) => `${n}k3xq-7wn${n}v`),
    }),
    'account-browsers': browsers({}),
    'account-browsers-none': browsers({ browsers: [] }),
    'account-connected': connected({}),
    'account-connected-kept': connected({}, true),
    'account-connected-none-refused': connected({
      links: [],
      problem: { name: names.application, reason: 'refused' },
    }),
  };
}

function passkeySamples(names: SampleNames): Passkey[] {
  const shared = { transports: ['internal'], backupEligible: true, createdAt: ago(700) };
  return [
    {
      ...shared,
      id: 'cGFzc2tleS1vbmU',
      name: names.client,
      aaguid: '00000000-0000-0000-0000-000000000000',
      backedUp: true,
      lastUsedAt: ago(4),
    },
    {
      ...shared,
      id: 'cGFzc2tleS10d28',
      name: undefined,
      aaguid: '00000000-0000-0000-0000-000000000000',
      backedUp: false,
      lastUsedAt: undefined,
    },
  ];
}

function passkeyOptions(names: SampleNames): PasskeyCreationOptions {
  return {
    rp: { id: 'login.example', name: names.site },
    user: { id: 'dXNlcg', name: names.username, displayName: names.person },
    challenge: CSRF,
    pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    timeout: 300_000,
    excludeCredentials: [],
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
    attestation: 'none',
  };
}
