import type { Account } from './account.ts';

/**
 * The language to write to the owner of an account in: their own (the claim `locale`), else that of
 * the page that they, or somebody else, asked on.
 */
export function mailLocale({ claims }: Pick<Account, 'claims'>, ofPage: string): string {
  return typeof claims.locale === 'string' ? claims.locale : ofPage;
}
