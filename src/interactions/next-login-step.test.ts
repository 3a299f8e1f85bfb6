import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ACR_MULTI_FACTOR,
  ACR_PHISHING_RESISTANT,
  ACR_REMEMBERED_BROWSER,
  ACR_SINGLE_FACTOR,
} from '../accounts/acr.ts';
import { ACR_TOO_LOW, nextLoginStep, provedSoFar } from './next-login-step.ts';
import { addProof, loginOf, PROGRESS, type SignInProgress } from './sign-in-progress.ts';
import { type InteractionFacts, type InteractionState, SELECT_ACCOUNT, STORED } from './step.ts';

const AT = new Date('2026-05-01T12:00:00Z');
const password = addProof(undefined, { accountId: 'alice', method: 'pwd', at: AT, remember: true });

function facts(
  more: {
    mfa?: InteractionFacts['settings']['mfa'];
    account?: Partial<NonNullable<InteractionFacts['account']>>;
    mailEnabled?: boolean;
    passkeysWork?: boolean;
    emailCode?: boolean;
    registration?: InteractionFacts['settings']['registration'];
  } = {},
): InteractionFacts {
  const { mfa = 'optional', registration = 'open', emailCode = true, mailEnabled = true } = more;
  return {
    settings: { registration, mfa, emailCode },
    mailEnabled,
    passkeysWork: more.passkeysWork ?? true,
    account: {
      id: 'alice',
      email: 'alice@acme.example',
      emailVerified: true,
      totp: false,
      passkeys: 0,
      recoveryCodes: 0,
      ...more.account,
    },
  };
}

function state(
  result: Record<string, unknown> = {},
  more: Partial<InteractionState> & { reasons?: string[]; details?: Record<string, unknown> } = {},
): InteractionState {
  const { reasons = ['no_session'], details = {}, ...rest } = more;
  return { prompt: { name: 'login', reasons, details }, params: {}, result, ...rest };
}

const withProgress = (progress: SignInProgress = password, more: Record<string, unknown> = {}) =>
  state({ [PROGRESS]: progress, ...more });

describe('a sign-in without a second factor', () => {
  it('is complete with the first', () => {
    assert.deepEqual(nextLoginStep(withProgress(), facts()), {
      kind: 'finish',
      result: {
        login: {
          accountId: 'alice',
          amr: ['pwd'],
          acr: ACR_SINGLE_FACTOR,
          ts: AT.getTime() / 1000,
          remember: true,
        },
      },
    });
  });

  it('answers the choice of an account, too', () => {
    const chosen = {
      ...withProgress(),
      prompt: { name: SELECT_ACCOUNT, reasons: [], details: {} },
    };
    const step = nextLoginStep(chosen, facts());
    assert.ok(step.kind === 'finish' && SELECT_ACCOUNT in step.result);
  });

  it('begins anew when the account is gone, or another than the one that proved something', () => {
    const { account, ...nobody } = facts();
    assert.equal(nextLoginStep(withProgress(), nobody).kind, 'sign_in');
    assert.ok(account !== undefined);
    const other = { ...nobody, account: { ...account, id: 'bob' } };
    assert.equal(nextLoginStep(withProgress(), other).kind, 'sign_in');
  });
});

describe('a sign-in with a second factor', () => {
  const protectedBy = (account: NonNullable<Parameters<typeof facts>[0]>['account']) =>
    nextLoginStep(withProgress(), facts(account === undefined ? {} : { account }));

  it('asks for what the account has, the strongest first', () => {
    assert.deepEqual(protectedBy({ totp: true, passkeys: 1, recoveryCodes: 8 }), {
      kind: 'second_factor',
      accountId: 'alice',
      methods: ['passkey', 'totp', 'recovery_code'],
      chosen: 'passkey',
    });
    const step = protectedBy({ totp: true });
    assert.deepEqual(step.kind === 'second_factor' && step.methods, ['totp']);
  });

  it('takes the method that the person chose, if they have it', () => {
    const account = { totp: true, passkeys: 1, recoveryCodes: 1 };
    for (const [wanted, chosen] of [
      ['recovery_code', 'recovery_code'],
      ['totp', 'totp'],
      ['sms', 'passkey'],
      [{}, 'passkey'],
    ]) {
      const step = nextLoginStep(
        withProgress(password, { [STORED.factor]: wanted }),
        facts({ account }),
      );
      assert.equal(step.kind === 'second_factor' && step.chosen, chosen);
    }
  });

  it('is complete with both, and says so', () => {
    const both = addProof(password, { accountId: 'alice', method: 'otp', at: AT });
    const step = nextLoginStep(withProgress(both), facts({ account: { totp: true } }));
    assert.ok(step.kind === 'finish');
    assert.deepEqual(step.result.login, loginOf(both));
    assert.equal(loginOf(both).acr, ACR_MULTI_FACTOR);
    assert.deepEqual(loginOf(both).amr, ['pwd', 'otp', 'mfa']);
  });

  it('is not asked in a browser that is remembered, unless the client asks for two', () => {
    const remembered = addProof(undefined, {
      accountId: 'alice',
      method: 'pwd',
      at: AT,
      rememberedBrowser: true,
    });
    const account = { totp: true };
    const step = nextLoginStep(withProgress(remembered), facts({ account }));
    assert.ok(step.kind === 'finish');
    assert.equal(loginOf(remembered).acr, ACR_REMEMBERED_BROWSER);
    const asked = { ...withProgress(remembered), params: { acr_values: ACR_MULTI_FACTOR } };
    assert.equal(nextLoginStep(asked, facts({ account })).kind, 'second_factor');
  });

  it('is complete with a passkey that checked who holds it', () => {
    const passkey = addProof(undefined, {
      accountId: 'alice',
      method: 'swk',
      at: AT,
      userVerified: true,
    });
    const step = nextLoginStep(withProgress(passkey), facts({ account: { passkeys: 1 } }));
    assert.equal(step.kind, 'finish');
    assert.equal(loginOf(passkey).acr, ACR_PHISHING_RESISTANT);
  });

  it('never adds up what two people proved', () => {
    const bobsCode = addProof(password, { accountId: 'bob', method: 'otp', at: AT });
    assert.deepEqual(bobsCode.methods, ['otp']);
    assert.equal(bobsCode.accountId, 'bob');
  });

  it('is off where the tenant says so, whatever the account has and the client asks', () => {
    const asked = { ...withProgress(), params: { acr_values: ACR_MULTI_FACTOR } };
    const step = nextLoginStep(asked, facts({ mfa: 'off', account: { totp: true } }));
    assert.equal(step.kind, 'finish');
  });

  it('is set up where the tenant requires it, or the client asks, and there is none', () => {
    const required = nextLoginStep(withProgress(), facts({ mfa: 'required' }));
    assert.deepEqual(required, {
      kind: 'new_factor',
      accountId: 'alice',
      methods: ['totp', 'passkey'],
      chosen: undefined,
    });
    const asked = { ...withProgress(), params: { acr_values: ACR_PHISHING_RESISTANT } };
    const step = nextLoginStep(asked, facts());
    assert.deepEqual(step.kind === 'new_factor' && step.methods, ['passkey']);
    assert.equal(step.kind === 'new_factor' && step.chosen, 'passkey');
  });

  it('is not added to by whoever has not proved the one there is', () => {
    const account = { totp: true, recoveryCodes: 3 };
    const asked = { params: { acr_values: ACR_PHISHING_RESISTANT } };
    const remembered = { ...password, rememberedBrowser: true };
    for (const progress of [password, remembered]) {
      const step = nextLoginStep({ ...withProgress(progress), ...asked }, facts({ account }));
      assert.deepEqual(step.kind === 'second_factor' && step.methods, ['totp', 'recovery_code']);
    }
    for (const method of ['otp', 'recovery'] as const) {
      const both = addProof(password, { accountId: 'alice', method, at: AT });
      const step = nextLoginStep({ ...withProgress(both), ...asked }, facts({ account }));
      assert.deepEqual(step.kind === 'new_factor' && step.methods, ['passkey']);
    }
  });

  it('is no passkey where no browser offers one', () => {
    const required = nextLoginStep(withProgress(), facts({ mfa: 'required', passkeysWork: false }));
    assert.deepEqual(required.kind === 'new_factor' && required.methods, ['totp']);
    const asked = { ...withProgress(), params: { acr_values: ACR_PHISHING_RESISTANT } };
    const step = nextLoginStep(asked, facts({ passkeysWork: false }));
    assert.ok(step.kind === 'finish');
    assert.equal(step.result.error, 'unmet_authentication_requirements');
  });

  it('does not take recovery codes of an account that has no factor to recover', () => {
    const step = nextLoginStep(
      withProgress(),
      facts({ mfa: 'required', account: { recoveryCodes: 5 } }),
    );
    assert.equal(step.kind, 'new_factor');
  });

  it('shows recovery codes before it is complete', () => {
    const both = addProof(password, { accountId: 'alice', method: 'otp', at: AT });
    const step = nextLoginStep(
      withProgress(both, { [STORED.recoveryCodes]: { accountId: 'alice', codes: ['a'] } }),
      facts({ account: { totp: true, recoveryCodes: 10 } }),
    );
    assert.equal(step.kind, 'recovery_codes');
  });

  it('shows nobody the recovery codes of somebody else', () => {
    const both = addProof(password, { accountId: 'alice', method: 'otp', at: AT });
    for (const stored of [{ accountId: 'bob', codes: ['b'] }, ['b'], 'b', { accountId: 'alice' }]) {
      const step = nextLoginStep(
        withProgress(both, { [STORED.recoveryCodes]: stored }),
        facts({ account: { totp: true } }),
      );
      assert.equal(step.kind, 'finish');
    }
  });
});

describe('somebody who is signed in and has to prove more', () => {
  const session = { accountId: 'alice', amr: ['pwd'], acr: ACR_SINGLE_FACTOR };
  const stepUp = (reasons: string[], more: Partial<InteractionState> = {}) =>
    nextLoginStep(state({}, { session, reasons, ...more }), facts({ account: { totp: true } }));

  it('is asked for the second factor alone', () => {
    assert.equal(stepUp([ACR_TOO_LOW]).kind, 'second_factor');
    const acr = { values: [ACR_MULTI_FACTOR] };
    const essential = state({}, { session, reasons: ['essential_acrs'], details: { acr } });
    assert.equal(
      nextLoginStep(essential, facts({ account: { totp: true } })).kind,
      'second_factor',
    );
  });

  it('is asked for everything when there is another reason, too', () => {
    for (const reason of ['max_age', 'login_prompt']) {
      const step = stepUp([ACR_TOO_LOW, reason]);
      assert.deepEqual(step, { kind: 'sign_in', why: 'confirm', accountId: 'alice' });
    }
    assert.equal(stepUp([]).kind, 'sign_in');
  });

  it('proves everything anew before anything is added to the account', () => {
    const strong = { ...session, amr: ['pwd', 'otp', 'mfa'], acr: ACR_MULTI_FACTOR };
    const params = { acr_values: ACR_PHISHING_RESISTANT };
    const asked = state({}, { session: strong, reasons: [ACR_TOO_LOW], params });
    const owner = facts({ account: { totp: true } });
    const after = (progress: SignInProgress) =>
      nextLoginStep({ ...asked, result: { [PROGRESS]: progress } }, owner);
    const confirm = { kind: 'sign_in', why: 'confirm', accountId: 'alice' };
    assert.deepEqual(nextLoginStep(asked, owner), confirm);

    const again = addProof(provedSoFar(asked), { accountId: 'alice', method: 'pwd', at: AT });
    const second = after(again);
    assert.deepEqual(second.kind === 'second_factor' && second.methods, ['totp']);
    const both = addProof(again, { accountId: 'alice', method: 'otp', at: AT });
    assert.equal(after(both).kind, 'new_factor');
  });

  it('is asked for everything when nobody can say what the session proved', () => {
    for (const acr of [undefined, 'urn:gatehouse:acr:password']) {
      const step = stepUp([ACR_TOO_LOW], { session: { ...session, acr } });
      assert.deepEqual(step, { kind: 'sign_in', why: 'confirm', accountId: 'alice' });
    }
  });

  it('keeps what the session proved, and the session as long as it was', () => {
    const amr = addProof(undefined, { accountId: 'alice', method: 'otp', at: AT });
    assert.deepEqual(amr.methods, ['otp']);
    const step = nextLoginStep(
      state({}, { session: { ...session, amr: ['pwd', 'otp', 'mfa'] }, reasons: [ACR_TOO_LOW] }),
      facts({ account: { totp: true } }),
    );
    // Nothing is missing any more, and nothing was proved here: no login with a wrong time.
    assert.deepEqual(step, { kind: 'finish', result: {} });
  });

  it('is asked for everything before a first factor is set up', () => {
    const step = nextLoginStep(
      state({}, { session, reasons: [ACR_TOO_LOW] }),
      facts({ mfa: 'required' }),
    );
    assert.deepEqual(step, { kind: 'sign_in', why: 'confirm', accountId: 'alice' });
  });

  it('is asked as anybody who chose another account', () => {
    const chosen = state({ [STORED.chooseAccount]: true }, { session, reasons: [ACR_TOO_LOW] });
    assert.deepEqual(nextLoginStep(chosen, facts()), { kind: 'sign_in', why: 'chosen_other' });
  });
});

describe('the other ways to a first factor', () => {
  const taken = (way: string, more: Record<string, unknown> = {}, of = facts()) =>
    nextLoginStep(state({ [STORED.way]: way, ...more }), of);

  it('have pages of their own, in two stages', () => {
    assert.deepEqual(taken('register'), { kind: 'register', stage: 'form' });
    assert.deepEqual(taken('register', { [STORED.sent]: {} }), { kind: 'register', stage: 'code' });
    assert.deepEqual(taken('recover'), { kind: 'recover', sent: false });
    assert.deepEqual(taken('email_code'), { kind: 'email_code', stage: 'address' });
  });

  it('are there only where the tenant and the deployment have them', () => {
    assert.equal(taken('register', {}, facts({ registration: 'closed' })).kind, 'sign_in');
    assert.equal(taken('register', {}, facts({ registration: 'invite' })).kind, 'sign_in');
    assert.equal(taken('email_code', {}, facts({ emailCode: false })).kind, 'sign_in');
    for (const way of ['register', 'recover', 'email_code', 'magic']) {
      assert.equal(taken(way, {}, facts({ mailEnabled: false })).kind, 'sign_in');
    }
  });
});

describe('an address that nobody has confirmed', () => {
  const unconfirmed = { account: { emailVerified: false } };

  it('is confirmed before a sign-in is complete, or later', () => {
    assert.equal(nextLoginStep(withProgress(), facts(unconfirmed)).kind, 'verify_email');
    const later = { ...password, later: ['verify_email'] };
    assert.equal(nextLoginStep(withProgress(later), facts(unconfirmed)).kind, 'finish');
  });

  it('stays as it is where no mail can be sent', () => {
    const silent = facts({ ...unconfirmed, mailEnabled: false });
    assert.equal(nextLoginStep(withProgress(), silent).kind, 'finish');
  });
});

describe('an identity at a provider that no account has', () => {
  const waiting = { [STORED.upstreamIdentity]: { identity: {}, mayRegister: false } };

  it('waits for a sign-in, and proves nothing meanwhile', () => {
    const { account: _account, ...nobody } = facts();
    assert.deepEqual(nextLoginStep(state(waiting), nobody), { kind: 'sign_in', why: 'start' });
  });

  it('is offered to the account that has proved everything that is asked', () => {
    const link = { kind: 'upstream_link', accountId: 'alice' };
    assert.deepEqual(nextLoginStep(withProgress(password, waiting), facts()), link);
    const factor = facts({ account: { totp: true } });
    assert.equal(nextLoginStep(withProgress(password, waiting), factor).kind, 'second_factor');
    const unconfirmed = facts({ account: { emailVerified: false } });
    assert.equal(nextLoginStep(withProgress(password, waiting), unconfirmed).kind, 'verify_email');
  });

  it('is not offered to whoever has only a session, and proves a further factor', () => {
    const session = { accountId: 'alice', amr: ['pwd'], acr: ACR_SINGLE_FACTOR };
    const stepUp = state(waiting, { session, reasons: [ACR_TOO_LOW] });
    assert.notEqual(nextLoginStep(stepUp, facts()).kind, 'upstream_link');
  });
});
