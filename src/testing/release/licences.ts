/** By SPDX: they ask for no more than that their text is passed on. */
export const LICENCES: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
]);

/** What the lock file (version 3) says of a package. */
interface LockedPackage {
  readonly license?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
}

/** A package that may not be shipped. */
interface Forbidden {
  readonly name: string;
  readonly licence: string;
}

/**
 * Holds the licences of what production installs against those that are allowed.
 *
 * @param packages - by their place, as the lock file has them
 */
export function forbiddenIn(packages: Readonly<Record<string, LockedPackage>>): {
  allowed: number;
  forbidden: Forbidden[];
} {
  const shipped = Object.entries(packages).filter(
    ([place, { dev, devOptional }]) => place !== '' && dev !== true && devOptional !== true,
  );
  const forbidden = shipped
    .filter(([, { license }]) => license === undefined || !isAllowed(license))
    .map(([place, { license }]) => ({
      name: place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length),
      licence: license ?? 'no licence',
    }));
  return { allowed: shipped.length - forbidden.length, forbidden };
}

/** `A OR B`: one of them is enough. Of `A AND B`, each. */
function isAllowed(expression: string): boolean {
  const parts = expression.replaceAll(/[()]/g, '').split(' OR ');
  return parts.some((part) => part.split(' AND ').every((one) => LICENCES.has(one.trim())));
}
