import { z } from 'zod';

/**
 * Longest answer that is looked at, in characters. One with the key alone, as we ask for, takes
 * about 1,500; one that brings certificates nevertheless stays below 10,000. Hosted forms end at
 * 32 KiB.
 */
export const PASSKEY_RESPONSE_MAX_CHARACTERS = 16 * 1024;

/** Longest credential id: 1,023 bytes. Web Authentication Level 3, section 5.8.3 */
const CREDENTIAL_ID_MAX_CHARACTERS = 1364;
const MAX_TRANSPORTS = 8;

const base64url = z.string().regex(/^[\w-]+$/);
const credentialId = base64url.max(CREDENTIAL_ID_MAX_CHARACTERS);

/** What a browser says that it signed for. Level 3, section 5.8.1 (CollectedClientData) */
const clientData = z.object({
  type: z.string(),
  challenge: z.string(),
  origin: z.string(),
  crossOrigin: z.boolean().optional(),
  topOrigin: z.string().optional(),
});

/** Level 3, section 5.1 (RegistrationResponseJSON) */
const registration = z.object({
  id: credentialId,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    // Anything may stand here; what is kept of it is a hint for the browser.
    transports: z
      .array(z.unknown())
      .transform((all) => [...new Set(all.filter(isTransport))].slice(0, MAX_TRANSPORTS))
      .catch([]),
  }),
});

/** Level 3, section 5.1 (AuthenticationResponseJSON) */
const assertion = z.object({
  id: credentialId,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: z.string().nullish(),
  }),
});

export type ClientData = z.infer<typeof clientData>;

/** A new passkey, as the browser says; nothing of it is verified. */
export type PasskeyRegistration = z.infer<typeof registration> & { clientData: ClientData };

/** The answer of a passkey, as the browser says; nothing of it is verified. */
export type PasskeyAssertion = z.infer<typeof assertion> & { clientData: ClientData };

/**
 * Reads a browser's answer to `navigator.credentials.create`.
 *
 * @param text - what a form brought, of any length; JSON of a `PublicKeyCredential`
 * @returns undefined when it is anything else, or too long
 */
export function readPasskeyRegistration(text: string): PasskeyRegistration | undefined {
  return withClientData(read(registration, text));
}

/** Reads a browser's answer to `navigator.credentials.get`, as {@link readPasskeyRegistration}. */
export function readPasskeyAssertion(text: string): PasskeyAssertion | undefined {
  return withClientData(read(assertion, text));
}

function read<T>(schema: z.ZodType<T>, text: string): T | undefined {
  if (text.length > PASSKEY_RESPONSE_MAX_CHARACTERS) return undefined;
  return schema.safeParse(fromJson(text)).data;
}

function withClientData<T extends { response: { clientDataJSON: string } }>(
  answer: T | undefined,
): (T & { clientData: ClientData }) | undefined {
  if (answer === undefined) return undefined;
  const text = Buffer.from(answer.response.clientDataJSON, 'base64url').toString();
  const { data } = clientData.safeParse(fromJson(text));
  return data && { ...answer, clientData: data };
}

function isTransport(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z-]{1,32}$/.test(value);
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
