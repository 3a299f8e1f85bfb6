import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACR_SINGLE_FACTOR } from '../accounts/acr.ts';
import { nextStep as decide } from './next-step.ts';
import { type InteractionFacts, type InteractionState, STORED } from './step.ts';

const session = { accountId: 'alice' };

const FACTS: InteractionFacts = {
  passkeysWork: true,
  settings: { registration: 'closed', mfa: 'optional', emailCode: false },
  mailEnabled: false,
};

/** Where nobody has proved anything in the interaction. */
const nextStep = (of: InteractionState) => decide(of, FACTS);

function state(
  name: string,
  reasons: readonly string[],
  rest: Partial<InteractionState> & { details?: Record<string, unknown> } = {},
): InteractionState {
  const { details = {}, ...others } = rest;
  return { prompt: { name, reasons, details }, params: {}, ...others };
}

describe('nextStep at the login prompt', () => {
  it('asks whoever is not signed in', () => {
    assert.deepEqual(nextStep(state('login', ['no_session'])), { kind: 'sign_in', why: 'start' });
  });

  it('asks whoever is signed in to confirm', () => {
    for (const reason of ['login_prompt', 'max_age']) {
      assert.deepEqual(nextStep(state('login', [reason], { session })), {
        kind: 'sign_in',
        why: 'confirm',
        accountId: 'alice',
      });
    }
  });

  it('asks anew when the account in session is gone', () => {
    const step = nextStep(state('login', ['account_unavailable'], { session }));
    assert.deepEqual(step, { kind: 'sign_in', why: 'start' });
  });

  it('asks for another account when the request expects one', () => {
    for (const reason of ['id_token_hint', 'claims_id_token_sub_value']) {
      const step = nextStep(state('login', [reason], { session }));
      assert.deepEqual(step, { kind: 'sign_in', why: 'expected_other' });
    }
  });

  it('gives up on an essential acr that nothing here gives, and only then', () => {
    const unmet = [{ value: 'urn:x' }, { values: ['urn:x'] }, {}, undefined, null, 'x'];
    for (const acr of unmet) {
      const step = nextStep(state('login', ['essential_acrs'], { session, details: { acr } }));
      assert.equal(step.kind, 'finish');
    }
    for (const acr of [{ value: ACR_SINGLE_FACTOR }, { values: ['urn:x', ACR_SINGLE_FACTOR] }]) {
      const step = nextStep(state('login', ['essential_acr'], { session, details: { acr } }));
      assert.equal(step.kind, 'sign_in');
    }
  });
});

describe('nextStep at the consent prompt', () => {
  const missing = {
    missingOIDCScope: ['openid', 'email'],
    missingOIDCClaims: ['birthdate'],
    missingResourceScopes: { 'https://api.example': ['a', 'b'], 'https://empty.example': [] },
  };

  it('asks for exactly what is missing', () => {
    const step = nextStep(state('consent', ['op_scopes_missing'], { session, details: missing }));
    assert.deepEqual(step, {
      kind: 'consent',
      accountId: 'alice',
      nothingNew: false,
      asked: {
        scopes: ['openid', 'email'],
        claims: ['birthdate'],
        resourceScopes: { 'https://api.example': ['a', 'b'] },
      },
    });
  });

  it('lets a native app through only when nothing is new and somebody has just signed in', () => {
    const native = ['native_client_prompt'];
    const lastSubmission = { login: { accountId: 'alice' } };
    assert.deepEqual(nextStep(state('consent', native, { session, lastSubmission })), {
      kind: 'finish',
      result: { consent: {} },
    });
    assert.equal(nextStep(state('consent', native, { session })).kind, 'consent');
    const asked = [...native, 'consent_prompt'];
    assert.equal(nextStep(state('consent', asked, { session, lastSubmission })).kind, 'consent');
    const more = state('consent', native, { session, lastSubmission, details: missing });
    assert.equal(nextStep(more).kind, 'consent');
  });

  it('survives details of any shape', () => {
    const details = { missingOIDCScope: 'x', missingResourceScopes: ['y'], missingOIDCClaims: [1] };
    const step = nextStep(state('consent', ['op_scopes_missing'], { session, details }));
    assert.ok(step.kind === 'consent');
    assert.deepEqual(step.asked, { scopes: [], claims: [], resourceScopes: {} });
  });
});

describe('nextStep elsewhere', () => {
  it('shows the gate of the application', () => {
    const details = { applicationName: 'Notes' };
    assert.deepEqual(nextStep(state('application_gate', ['no_role'], { session, details })), {
      kind: 'application_gate',
      accountId: 'alice',
      applicationName: 'Notes',
    });
  });

  it('offers the account in session where the application wants a choice', () => {
    assert.deepEqual(nextStep(state('select_account', ['select_account_prompt'], { session })), {
      kind: 'account_choice',
      accountId: 'alice',
    });
    assert.deepEqual(nextStep(state('select_account', ['select_account_prompt'])), {
      kind: 'sign_in',
      why: 'start',
    });
  });

  it('asks whoever wants another account, at every prompt', () => {
    const result = { [STORED.chooseAccount]: true };
    for (const prompt of ['login', 'select_account', 'consent', 'application_gate']) {
      assert.deepEqual(nextStep(state(prompt, ['x'], { session, result })), {
        kind: 'sign_in',
        why: 'chosen_other',
      });
    }
  });

  it('tells the client of consent without a person', () => {
    const step = nextStep(state('consent', []));
    assert.ok(step.kind === 'finish');
    assert.equal(step.result.error, 'interaction_required');
  });

  it('asks nothing at the prompt of another release', () => {
    for (const more of [{ session }, {}]) {
      assert.deepEqual(nextStep(state('novelty', [], more)), { kind: 'finish', result: {} });
    }
  });
});
