import { authenticatorName } from './authenticator-names.ts';

/** Passkeys that one account may have. */
export const MAX_PASSKEYS = 20;
/** How long an authenticator may take to answer, and a page to be open before it asks one. */
export const PASSKEY_CHALLENGE_SECONDS = 5 * 60;

/** A passkey (WebAuthn credential) of an account, as its owner sees it. */
export interface Passkey {
  /** The credential id, base64url; unique in the tenant. Not a secret. */
  readonly id: string;
  /** Given by the person. */
  readonly name: string | undefined;
  /** The authenticator's model, a UUID; all zeros when it does not say. */
  readonly aaguid: string;
  /** How the authenticator can be reached: `internal`, `hybrid`, `usb`, … */
  readonly transports: readonly string[];
  /** Whether it may leave its device at all: then it is a key in software. */
  readonly backupEligible: boolean;
  /** Whether it is on other devices as well now, or in a backup. */
  readonly backedUp: boolean;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | undefined;
}

/** A passkey with what an answer of its authenticator is checked by. */
export interface StoredPasskey extends Passkey {
  readonly accountId: string;
  /** What the authenticator knows the account by, base64url. */
  readonly userHandle: string;
  /** COSE_Key, base64url. */
  readonly publicKey: string;
  /** The signature counter of the last use; 0 from authenticators that do not count. */
  readonly counter: number;
}

/**
 * What to call a passkey: the name that the person gave it, else its authenticator's product name;
 * undefined when neither is known, for the page to say it in the person's language.
 */
export function passkeyLabel(passkey: Pick<Passkey, 'name' | 'aaguid'>): string | undefined {
  return passkey.name ?? authenticatorName(passkey.aaguid);
}

/** How a page's options name a passkey. Level 3, section 5.8.3 (PublicKeyCredentialDescriptor) */
export interface PasskeyDescriptor {
  readonly type: 'public-key';
  readonly id: string;
  readonly transports: readonly string[];
}

/** A passkey as a page's options name it. */
export function descriptorOf({ id, transports }: Passkey): PasskeyDescriptor {
  return { type: 'public-key', id, transports };
}

/** What the audit log keeps of a passkey: its product, not the name that somebody typed. */
export function passkeyDetail({
  aaguid,
  backedUp,
}: Pick<Passkey, 'aaguid' | 'backedUp'>): Record<string, string | boolean> {
  return { authenticator: authenticatorName(aaguid) ?? aaguid, backed_up: backedUp };
}

/**
 * Who asks for a passkey: the host that it belongs to, and the origin that may ask.
 *
 * The tenants below one PUBLIC_URL share its origin and with it this id, so an authenticator offers
 * a person's passkeys of all of them on the pages of each. That is why the tenant is checked here
 * nevertheless: a credential is looked up under the tenant, challenges are the tenant's, and an
 * account has another user handle in each tenant, so that a passkey of one never replaces that of
 * another. For the same reason a page must never tell the browser that it does not know a passkey
 * (`signalUnknownCredential`): it may be the neighbour's. Tenants with a host of their own share
 * nothing.
 *
 * @param issuer - the tenant's
 * @see Web Authentication Level 3, section 5.1.3 (RP ID), and 13.4.9 (origins)
 */
export function relyingPartyOf(issuer: string): { readonly id: string; readonly origin: string } {
  const { hostname, origin } = new URL(issuer);
  return { id: hostname, origin };
}

/**
 * Whether browsers offer passkeys on an issuer at all: never for an address in place of a name,
 * and without TLS only on `localhost`.
 *
 * @param issuer - the tenant's
 */
export function offersPasskeys(issuer: string): boolean {
  const { hostname, protocol } = new URL(issuer);
  // The parser has turned whatever is an IPv4 address into four numbers.
  if (hostname.startsWith('[') || /^[\d.]+$/.test(hostname)) return false;
  return protocol === 'https:' || hostname === 'localhost' || hostname.endsWith('.localhost');
}
