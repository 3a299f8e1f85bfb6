import { clientSecretDigest } from '../applications/client-secret.ts';
import type { ParsedUpstream } from './read-upstream.ts';
import { resolveSecret } from './resolve-secret.ts';
import type { DesiredUpstream } from './seed.ts';
import type { SeedProblem } from './seed-problem.ts';

/** Fetches our secret at an upstream provider: readable, since it is sent there. */
export async function resolveUpstream(
  deps: {
    readonly readEnv: (name: string) => string | undefined;
    readonly clientSecretPepper: string | Buffer;
  },
  upstream: ParsedUpstream,
  problems: SeedProblem[],
): Promise<DesiredUpstream> {
  const { secret: source, ...rest } = upstream;
  const place = source?.place ?? upstream.place;
  if (source?.from === 'hash') {
    return { ...rest, secret: { value: undefined, digest: source.digest, place } };
  }
  const value = source === undefined ? undefined : await resolveSecret(deps, source, problems);
  // RFC 6749, appendix A.2
  if (source !== undefined && value !== undefined && !/^[\x20-\x7e]{1,2048}$/.test(value)) {
    const message = 'expected a secret of 1 to 2048 printable ASCII characters, found another';
    problems.push({ place, message });
  }
  const known = value ?? '';
  const digest = clientSecretDigest(deps.clientSecretPepper, known);
  return { ...rest, secret: { value: known, digest, place } };
}
