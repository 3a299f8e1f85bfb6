import { redirectUriProblem } from './redirect-uri.ts';

/**
 * The RFC 7591 names that a client may register here, and Gatehouse's own few. Anything else in a
 * seed file is a mistake that the file's author wants to hear of.
 */
export const CLIENT_METADATA_NAMES = [
  'application_type',
  'backchannel_logout_session_required',
  'backchannel_logout_uri',
  'client_name',
  'client_uri',
  'contacts',
  'default_acr_values',
  'default_max_age',
  'grant_types',
  'id_token_signed_response_alg',
  'initiate_login_uri',
  'jwks',
  'jwks_uri',
  'policy_uri',
  'post_logout_redirect_uris',
  'redirect_uris',
  'require_auth_time',
  'response_modes',
  'response_types',
  'scope',
  'subject_type',
  'token_endpoint_auth_method',
  'token_endpoint_auth_signing_alg',
  'tos_uri',
] as const;

/**
 * Name of the origins whose pages may ask with this client's id and read the answers, besides those of
 * its redirect URIs. The name is Ory Hydra's.
 */
export const ALLOWED_ORIGINS = 'allowed_cors_origins';

const MOST_ORIGINS = 20;

/** What one of {@link ALLOWED_ORIGINS} is: as browsers write it, for it is compared as it stands. */
export const WEB_ORIGIN_RULE = {
  expected:
    'an origin such as https://app.example, without a path (http only for a loopback address)',
  accepts(text: string): boolean {
    return URL.parse(text)?.origin === text && redirectUriProblem(text, 'web') === undefined;
  },
};

/** Gatehouse's own metadata: whole seconds, each within its limits, overriding the tenant's. */
export const CLIENT_EXTENSIONS = {
  /** How long the predecessor of a refresh token may be retried; 0 forbids it. */
  refresh_token_reuse_window: { min: 0, max: 60 },
  access_token_seconds: { min: 10, max: 86_400 },
  id_token_seconds: { min: 10, max: 86_400 },
  refresh_token_idle_seconds: { min: 60, max: 31_536_000 },
  refresh_token_absolute_seconds: { min: 60, max: 63_072_000 },
} as const satisfies Record<string, { min: number; max: number }>;

export type ClientExtension = keyof typeof CLIENT_EXTENSIONS;

/** Seconds inside which the predecessor of a refresh token may be retried, if a client says nothing. */
export const DEFAULT_REFRESH_TOKEN_REUSE_WINDOW_SECONDS = 10;

/**
 * Reads one of Gatehouse's own lifetimes from a client, or the tenant's.
 *
 * @param client - anything that carries metadata under its registered names
 */
export function clientSeconds(
  client: object | undefined,
  name: ClientExtension,
  otherwise: number,
): number {
  const value: unknown = client === undefined ? undefined : Reflect.get(client, name);
  return typeof value === 'number' ? value : otherwise;
}

/** Whether a value is acceptable for an extension; says what is expected when it is not. */
export function extensionProblem(name: ClientExtension, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const { min, max } = CLIENT_EXTENSIONS[name];
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
    ? undefined
    : `${name} must be whole seconds from ${min} to ${max}`;
}

/** Whether a value is acceptable for {@link ALLOWED_ORIGINS}; says what is expected when it is not. */
export function allowedOriginsProblem(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const isList = Array.isArray(value) && value.length <= MOST_ORIGINS;
  return isList && value.every((one) => typeof one === 'string' && WEB_ORIGIN_RULE.accepts(one))
    ? undefined
    : `${ALLOWED_ORIGINS} must be at most ${MOST_ORIGINS}, each ${WEB_ORIGIN_RULE.expected}`;
}

/**
 * Whether the pages of an origin may ask with a client's id: those of a redirect URI, because codes go
 * there, and those that the client names. Never `null`, which every sandboxed page says and which is
 * the origin of a redirect URI with a scheme of its own.
 *
 * @param client - as the library has it
 */
export function mayAskFrom(
  origin: string,
  client: { readonly redirectUris?: readonly string[] | undefined },
): boolean {
  if (origin === 'null') return false;
  const named: unknown = Reflect.get(client, ALLOWED_ORIGINS);
  if (Array.isArray(named) && named.includes(origin)) return true;
  return client.redirectUris?.some((uri) => URL.parse(uri)?.origin === origin) ?? false;
}
