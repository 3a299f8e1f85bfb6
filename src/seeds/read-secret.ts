import type { Place } from './seed-problem.ts';
import { readChoiceOfKey, readMap, readText, type TextRule } from './seed-reader.ts';
import { describeFound, placeOf, report, type SeedNode, scalarOf } from './seed-source.ts';
import { ENVIRONMENT_NAME_RULE, PATH_RULE } from './text-rules.ts';

/** Where a secret comes from, as a seed file says it. */
export type SecretSource =
  | { readonly from: 'env'; readonly name: string; readonly place: Place }
  | { readonly from: 'file'; readonly path: string; readonly place: Place }
  | { readonly from: 'value'; readonly value: string; readonly place: Place };

/** A secret that only its digest is known of. */
export interface DigestSource {
  readonly from: 'hash';
  readonly digest: string;
  readonly place: Place;
}

export type UpstreamSecretSource = SecretSource | DigestSource;

export type ClientSecretSource =
  | SecretSource
  | DigestSource
  | { readonly from: 'generate'; readonly path: string; readonly place: Place };

/** HMAC-SHA-256 as base64url without padding. */
const DIGEST_RULE: TextRule = {
  expected: 'a digest of 43 base64url characters',
  accepts: (text) => /^[A-Za-z0-9_-]{43}$/.test(text),
};

const ANY_TEXT: TextRule = { expected: 'text', accepts: (text) => text !== '' };

/** Reads a client's secret: where it comes from, never what it is. */
export function readClientSecret(at: SeedNode): ClientSecretSource | undefined {
  const keys = ['env', 'file', 'value', 'hash', 'generate', 'writeTo'];
  const map = readMap(at, 'a mapping with env, file, value, hash or generate', keys);
  if (map === undefined) return undefined;
  const generate = map.get('generate');
  const writeTo = map.get('writeTo');
  if (writeTo !== undefined && generate === undefined) {
    report(writeTo, 'expected writeTo only beside generate: true, found it alone');
  }
  const source = readChoiceOfKey(map, ['env', 'file', 'value', 'hash', 'generate']);
  if (source === undefined) return undefined;
  if (source.key === 'hash') return readDigest(source.value);
  if (source.key === 'generate') {
    if (scalarOf(source.value) !== true) {
      report(source.value, `expected true, found ${describeFound(source.value)}`);
    }
    if (writeTo === undefined) {
      report(at, 'expected writeTo: the path of the file that takes the secret, found none');
      return undefined;
    }
    const path = readText(writeTo, PATH_RULE);
    return path === undefined
      ? undefined
      : { from: 'generate', path, place: placeOf(source.value) };
  }
  return readSource(source.key, source.value);
}

/**
 * Reads the source of a secret of ours at an upstream provider. A hash names the one that is stored
 * already.
 */
export function readUpstreamSecret(at: SeedNode): UpstreamSecretSource | undefined {
  const keys = ['env', 'file', 'value', 'hash'] as const;
  const map = readMap(at, 'a mapping with env, file, value or hash', keys);
  const source = map === undefined ? undefined : readChoiceOfKey(map, keys);
  if (source === undefined) return undefined;
  return source.key === 'hash' ? readDigest(source.value) : readSource(source.key, source.value);
}

/** Reads a password's source. */
export function readSecret(at: SeedNode): SecretSource | undefined {
  const map = readMap(at, 'a mapping with env, file or value', ['env', 'file', 'value']);
  const source = map === undefined ? undefined : readChoiceOfKey(map, ['env', 'file', 'value']);
  return source === undefined ? undefined : readSource(source.key, source.value);
}

function readDigest(at: SeedNode): DigestSource | undefined {
  const digest = readText(at, DIGEST_RULE, { secret: true });
  return digest === undefined ? undefined : { from: 'hash', digest, place: placeOf(at) };
}

function readSource(key: 'env' | 'file' | 'value', at: SeedNode): SecretSource | undefined {
  const place = placeOf(at);
  if (key === 'env') {
    const name = readText(at, ENVIRONMENT_NAME_RULE, { secret: true });
    return name === undefined ? undefined : { from: 'env', name, place };
  }
  if (key === 'file') {
    const path = readText(at, PATH_RULE);
    return path === undefined ? undefined : { from: 'file', path, place };
  }
  const value = readText(at, ANY_TEXT, { secret: true });
  return value === undefined ? undefined : { from: 'value', value, place };
}
