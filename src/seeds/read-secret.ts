import type { Place } from './seed-problem.ts';
import { readChoiceOfKey, readMap, readText, type TextRule } from './seed-reader.ts';
import { describeFound, placeOf, report, type SeedNode, scalarOf } from './seed-source.ts';
import { ENVIRONMENT_NAME_RULE, PATH_RULE } from './text-rules.ts';

/** Where a secret comes from, as a seed file says it. */
export type SecretSource =
  | { readonly from: 'env'; readonly name: string; readonly place: Place }
  | { readonly from: 'file'; readonly path: string; readonly place: Place }
  | { readonly from: 'value'; readonly value: string; readonly place: Place };

export type ClientSecretSource =
  | SecretSource
  | { readonly from: 'hash'; readonly digest: string; readonly place: Place }
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
  const place = placeOf(source.value);
  if (source.key === 'hash') {
    const digest = readText(source.value, DIGEST_RULE, { secret: true });
    return digest === undefined ? undefined : { from: 'hash', digest, place };
  }
  if (source.key === 'generate') {
    if (scalarOf(source.value) !== true) {
      report(source.value, `expected true, found ${describeFound(source.value)}`);
    }
    if (writeTo === undefined) {
      report(at, 'expected writeTo: the path of the file that takes the secret, found none');
      return undefined;
    }
    const path = readText(writeTo, PATH_RULE);
    return path === undefined ? undefined : { from: 'generate', path, place };
  }
  return readSource(source.key, source.value);
}

/** Reads a password's source. */
export function readSecret(at: SeedNode): SecretSource | undefined {
  const map = readMap(at, 'a mapping with env, file or value', ['env', 'file', 'value']);
  const source = map === undefined ? undefined : readChoiceOfKey(map, ['env', 'file', 'value']);
  return source === undefined ? undefined : readSource(source.key, source.value);
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
