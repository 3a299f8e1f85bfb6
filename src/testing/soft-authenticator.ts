/**
 * An authenticator in software: it makes real passkeys and real signatures with `node:crypto`, and
 * lies where a test tells it to. It plays the browser as well, which writes down who asked.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { PasskeyCreationOptions } from '../accounts/register-passkey.ts';
import type { PasskeyRequestOptions } from '../accounts/sign-in-with-passkey.ts';

/** What an answer says that differs from the truth. */
export interface Lies {
  origin?: string;
  type?: string;
  challenge?: string;
  rpId?: string;
  crossOrigin?: boolean;
  userPresent?: boolean;
  userVerified?: boolean;
  backupEligible?: boolean;
  backedUp?: boolean;
  counter?: number;
  /** Null: none. */
  userHandle?: string | null;
  /** Credential id, for the answer of a passkey in another's name. */
  id?: string;
  /** Attestation statement format, with this statement. */
  attestation?: { fmt: string; statement: Map<string, Cbor> };
  publicKeyAlgorithm?: number;
}

export interface SoftAuthenticator {
  /** Answers `navigator.credentials.create`; JSON, as the page's script sends it. */
  create(options: PasskeyCreationOptions, lies?: Lies): string;
  /**
   * Answers `navigator.credentials.get` with the newest passkey that is allowed.
   *
   * @throws Error when it has none
   */
  get(options: PasskeyRequestOptions, lies?: Lies): string;
  /** Ids of the passkeys that it holds, oldest first. */
  readonly ids: readonly string[];
}

type Algorithm = 'ES256' | 'EdDSA' | 'RS256';

interface Credential {
  readonly id: string;
  readonly rpId: string;
  readonly userHandle: string;
  readonly privateKey: KeyObject;
  counter: number;
}

/**
 * @param options.origin - of the page that asks
 * @param options.synced - its passkeys are on other devices too; false by default
 * @param options.counts - whether it counts uses; as most do, by default it does not
 */
export function createSoftAuthenticator(options: {
  origin: string;
  synced?: boolean;
  counts?: boolean;
  algorithm?: Algorithm;
  aaguid?: string;
}): SoftAuthenticator {
  const { origin, synced = false, counts = false, algorithm = 'ES256' } = options;
  const aaguid = Buffer.from((options.aaguid ?? '').replaceAll('-', '').padEnd(32, '0'), 'hex');
  const credentials: Credential[] = [];

  const clientData = (type: string, challenge: string, lies: Lies) =>
    Buffer.from(
      JSON.stringify({
        type: lies.type ?? type,
        challenge: lies.challenge ?? challenge,
        origin: lies.origin ?? origin,
        crossOrigin: lies.crossOrigin ?? false,
      }),
    );
  const authenticatorData = (rpId: string, counter: number, lies: Lies, attested?: Buffer) => {
    const flags =
      bit(0, lies.userPresent ?? true) |
      bit(2, lies.userVerified ?? true) |
      bit(3, lies.backupEligible ?? synced) |
      bit(4, lies.backedUp ?? synced) |
      bit(6, attested !== undefined);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(lies.counter ?? counter);
    const head = [digest(lies.rpId ?? rpId), Buffer.of(flags), count];
    return Buffer.concat(attested === undefined ? head : [...head, attested]);
  };

  return {
    get ids() {
      return credentials.map(({ id }) => id);
    },

    create({ rp, user, challenge }, lies = {}) {
      const { publicKey, privateKey } = generateKey(algorithm);
      const idBytes = lies.id === undefined ? randomBytes(32) : Buffer.from(lies.id, 'base64url');
      const id = idBytes.toString('base64url');
      const first = counts ? 1 : 0;
      credentials.push({ id, rpId: rp.id, userHandle: user.id, privateKey, counter: first });
      const length = Buffer.alloc(2);
      length.writeUInt16BE(idBytes.length);
      const cose = coseKey(publicKey, algorithm, lies.publicKeyAlgorithm);
      const attested = Buffer.concat([aaguid, length, idBytes, encode(cose)]);
      const attestationObject = encode(
        new Map<string, Cbor>([
          ['fmt', lies.attestation?.fmt ?? 'none'],
          ['attStmt', lies.attestation?.statement ?? new Map()],
          ['authData', authenticatorData(rp.id, first, lies, attested)],
        ]),
      );
      return JSON.stringify({
        id,
        rawId: id,
        type: 'public-key',
        authenticatorAttachment: 'platform',
        clientExtensionResults: { credProps: { rk: true } },
        response: {
          clientDataJSON: clientData('webauthn.create', challenge, lies).toString('base64url'),
          attestationObject: attestationObject.toString('base64url'),
          transports: ['internal', 'hybrid'],
        },
      });
    },

    get({ rpId, challenge, allowCredentials }, lies = {}) {
      const allowed = allowCredentials.map(({ id }) => id);
      const credential = credentials.findLast(
        (one) => one.rpId === rpId && (allowed.length === 0 || allowed.includes(one.id)),
      );
      if (credential === undefined) throw new Error('the authenticator has no such passkey');
      if (counts) credential.counter += 1;
      const client = clientData('webauthn.get', challenge, lies);
      const data = authenticatorData(rpId, credential.counter, lies);
      const signed = Buffer.concat([data, createHash('sha256').update(client).digest()]);
      const hash = algorithm === 'EdDSA' ? null : 'sha256';
      const userHandle = lies.userHandle === undefined ? credential.userHandle : lies.userHandle;
      const id = lies.id ?? credential.id;
      return JSON.stringify({
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: client.toString('base64url'),
          authenticatorData: data.toString('base64url'),
          signature: sign(hash, signed, credential.privateKey).toString('base64url'),
          ...(userHandle === null ? {} : { userHandle }),
        },
      });
    },
  };
}

/** What CBOR is made of here. RFC 8949, section 3.1 */
export type Cbor = number | string | Buffer | readonly Cbor[] | Map<number | string, Cbor>;

/** Encodes to CBOR, whole numbers and definite lengths alone. */
function encode(value: Cbor): Buffer {
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    return Buffer.concat([head(3, text.length), text]);
  }
  if (value instanceof Map) {
    const entries = [...value].flatMap(([key, one]) => [encode(key), encode(one)]);
    return Buffer.concat([head(5, value.size), ...entries]);
  }
  return Buffer.concat([head(4, value.length), ...value.map(encode)]);
}

function head(major: number, argument: number): Buffer {
  if (argument < 24) return Buffer.of((major << 5) | argument);
  if (argument < 256) return Buffer.of((major << 5) | 24, argument);
  return Buffer.of((major << 5) | 25, argument >> 8, argument & 255);
}

function bit(position: number, set: boolean): number {
  return set ? 1 << position : 0;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function generateKey(algorithm: Algorithm) {
  if (algorithm === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}

/** RFC 9052, section 7; RFC 9053, sections 7.1 and 7.2; RFC 8230, section 4 */
function coseKey(publicKey: KeyObject, algorithm: Algorithm, claimed?: number) {
  const jwk = publicKey.export({ format: 'jwk' });
  const member = (name: 'x' | 'y' | 'n' | 'e') => Buffer.from(jwk[name] ?? '', 'base64url');
  if (algorithm === 'ES256') {
    return new Map<number, Cbor>([
      [1, 2],
      [3, claimed ?? -7],
      [-1, 1],
      [-2, member('x')],
      [-3, member('y')],
    ]);
  }
  if (algorithm === 'EdDSA') {
    return new Map<number, Cbor>([
      [1, 1],
      [3, claimed ?? -8],
      [-1, 6],
      [-2, member('x')],
    ]);
  }
  return new Map<number, Cbor>([
    [1, 3],
    [3, claimed ?? -257],
    [-1, member('n')],
    [-2, member('e')],
  ]);
}
