import { STORED } from './step.ts';

/**
 * Recovery codes that were just made, as an interaction keeps them, sealed with the rest of it,
 * until their owner says that they have them. They are shown to nobody else: somebody who signs in
 * after them in the same interaction does not see them.
 */
export interface UnseenCodes {
  readonly accountId: string;
  readonly codes: readonly string[];
}

/** Those of an account; undefined when there are none to show. */
export function unseenCodes(
  result: Readonly<Record<string, unknown>> | undefined,
  accountId: string,
): readonly string[] | undefined {
  const stored = result?.[STORED.recoveryCodes];
  if (typeof stored !== 'object' || stored === null) return undefined;
  const { accountId: owner, codes } = stored as Partial<UnseenCodes>;
  return owner === accountId && Array.isArray(codes) ? codes : undefined;
}
