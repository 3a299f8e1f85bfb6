import type { ClientData, PasskeyAssertion, PasskeyRegistration } from './passkey-response.ts';

/** EdDSA, ES256, RS256: what authenticators have. IANA, COSE Algorithms */
export const PASSKEY_ALGORITHMS = [-8, -7, -257] as const;

/** Longest public key that is kept; one of RSA with 8,192 bits takes some 1,050. */
const PUBLIC_KEY_MAX_BYTES = 2048;

/** What an authenticator was asked, as it must come back. */
export interface PasskeyExpectation {
  /** The host that the passkey belongs to. */
  readonly rpId: string;
  /** The one origin that may ask. */
  readonly origin: string;
  /** Whether the authenticator must have checked who holds it (PIN, fingerprint, face). */
  readonly requireUserVerification: boolean;
}

/** Why an answer is none, for the audit log. */
export type PasskeyProblem =
  /** `webauthn.get` where `webauthn.create` was asked, or the other way round. */
  | 'wrong_type'
  /** Another site's page asked. PUBLIC_URL that is not the public one looks the same. */
  | 'wrong_origin'
  /** Signature, host, flags or form. */
  | 'invalid';

export interface VerifiedRegistration {
  readonly id: string;
  /** COSE_Key, base64url. */
  readonly publicKey: string;
  readonly counter: number;
  readonly aaguid: string;
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
}

export interface VerifiedAssertion {
  readonly counter: number;
  readonly userVerified: boolean;
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
}

/**
 * Loads what verifies answers. At the first use, not at the start: it takes some 27 MB and 120 ms,
 * most of it for attestations, and a replica that sees no passkey needs neither.
 */
async function loadLibrary() {
  const [library, helpers] = await Promise.all([
    import('@simplewebauthn/server'),
    import('@simplewebauthn/server/helpers'),
  ]);
  return { ...library, ...helpers };
}

/**
 * Verifies a new passkey. Its challenge has been checked and used up.
 *
 * The attestation, if there is one, is left out before anything looks at it: none was asked for,
 * nothing is decided by it, and checking one would have a stranger's certificates parsed and
 * their revocation lists fetched from wherever those say.
 *
 * @see Web Authentication Level 3, section 7.1
 */
export async function verifyRegistration(
  answer: PasskeyRegistration,
  expected: PasskeyExpectation,
): Promise<VerifiedRegistration | PasskeyProblem> {
  const problem = clientDataProblem(answer.clientData, 'webauthn.create', expected);
  if (problem !== undefined) return problem;
  const { verifyRegistrationResponse, decodeAttestationObject, isoBase64URL, isoCBOR } =
    await loadLibrary();

  return orInvalid(async () => {
    const { clientDataJSON, attestationObject } = answer.response;
    const authData = decodeAttestationObject(isoBase64URL.toBuffer(attestationObject)).get(
      'authData',
    );
    const unattested = isoCBOR.encode(
      new Map<string, string | Uint8Array | Map<string, string>>([
        ['fmt', 'none'],
        ['attStmt', new Map<string, string>()],
        ['authData', authData],
      ]),
    );
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: {
        ...unverifiedFields(answer),
        response: { clientDataJSON, attestationObject: isoBase64URL.fromBuffer(unattested) },
      },
      expectedChallenge: answer.clientData.challenge,
      expectedOrigin: expected.origin,
      expectedRPID: expected.rpId,
      requireUserVerification: expected.requireUserVerification,
      supportedAlgorithmIDs: [...PASSKEY_ALGORITHMS],
    });
    if (!verified || registrationInfo.credential.id !== answer.id) return 'invalid';
    const { credential, aaguid, credentialDeviceType, credentialBackedUp } = registrationInfo;
    if (credential.publicKey.length > PUBLIC_KEY_MAX_BYTES) return 'invalid';
    return {
      id: credential.id,
      publicKey: isoBase64URL.fromBuffer(credential.publicKey),
      counter: credential.counter,
      aaguid,
      backupEligible: credentialDeviceType === 'multiDevice',
      backedUp: credentialBackedUp,
    };
  });
}

/**
 * Verifies the answer of a known passkey. Its challenge has been checked and used up.
 *
 * The counter comes back unjudged: it says something only when the signature is right, and the
 * library looks at it before.
 *
 * @param publicKey - COSE_Key, base64url
 * @see Web Authentication Level 3, section 7.2
 */
export async function verifyAssertion(
  answer: PasskeyAssertion,
  publicKey: string,
  expected: PasskeyExpectation,
): Promise<VerifiedAssertion | PasskeyProblem> {
  const problem = clientDataProblem(answer.clientData, 'webauthn.get', expected);
  if (problem !== undefined) return problem;
  const { verifyAuthenticationResponse, isoBase64URL } = await loadLibrary();

  return orInvalid(async () => {
    const { clientDataJSON, authenticatorData, signature } = answer.response;
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: {
        ...unverifiedFields(answer),
        response: { clientDataJSON, authenticatorData, signature },
      },
      expectedChallenge: answer.clientData.challenge,
      expectedOrigin: expected.origin,
      expectedRPID: expected.rpId,
      credential: { id: answer.id, publicKey: isoBase64URL.toBuffer(publicKey), counter: 0 },
      requireUserVerification: expected.requireUserVerification,
    });
    if (!verified) return 'invalid';
    const { newCounter, userVerified, credentialDeviceType, credentialBackedUp } =
      authenticationInfo;
    return {
      counter: newCounter,
      userVerified,
      backupEligible: credentialDeviceType === 'multiDevice',
      backedUp: credentialBackedUp,
    };
  });
}

/** Our pages are never framed, so an answer from a frame is not from one of them. */
function clientDataProblem(
  clientData: ClientData,
  type: 'webauthn.create' | 'webauthn.get',
  expected: PasskeyExpectation,
): PasskeyProblem | undefined {
  if (clientData.type !== type) return 'wrong_type';
  const framed = clientData.crossOrigin === true || clientData.topOrigin !== undefined;
  return framed || clientData.origin !== expected.origin ? 'wrong_origin' : undefined;
}

function unverifiedFields(answer: { readonly id: string }) {
  return {
    id: answer.id,
    rawId: answer.id,
    type: 'public-key',
    clientExtensionResults: {},
  } as const;
}

/** The library throws for whatever it does not like, and does nothing else that could fail. */
async function orInvalid<T>(verify: () => Promise<T>): Promise<T | 'invalid'> {
  try {
    return await verify();
  } catch {
    return 'invalid';
  }
}
