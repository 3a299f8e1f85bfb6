import { firstLetter } from '../../http/first-letter.ts';
import { displayName } from '../../languages/display-text.ts';

/** Who is signed in, as pages show it. */
export interface ShownAccount {
  readonly name: string;
  readonly username: string;
}

/** What the account's card shows; the username only where it says more than the name. */
export function accountCard(account: ShownAccount) {
  const name = displayName(account.name);
  const username = displayName(account.username);
  return { name, username: username === name ? undefined : username, initial: firstLetter(name) };
}
