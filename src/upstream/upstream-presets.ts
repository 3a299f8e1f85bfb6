/** What is known of a provider that many use, so that nobody has to look it up: data, no more. */
export interface UpstreamPreset {
  readonly name: string;
  /** `{directory}` stands for what tells the provider's own tenants apart. */
  readonly issuer: string;
  /** Asked in each request: people have several accounts there, and one browser. */
  readonly prompt?: string;
}

export type UpstreamPresetName = 'gitlab' | 'google' | 'microsoft';

/**
 * The presets. Okta, Auth0, Keycloak and everything else that speaks OpenID Connect is an issuer,
 * and needs none. For those that are missing on purpose see docs/decisions/0011.
 */
export const UPSTREAM_PRESETS: Readonly<Record<UpstreamPresetName, UpstreamPreset>> = {
  gitlab: { name: 'GitLab', issuer: 'https://gitlab.com' },
  google: { name: 'Google', issuer: 'https://accounts.google.com', prompt: 'select_account' },
  // Says of no address that it is verified.
  microsoft: {
    name: 'Microsoft',
    issuer: 'https://login.microsoftonline.com/{directory}/v2.0',
    prompt: 'select_account',
  },
};

/** Asked of a provider unless seeds say otherwise. OpenID Connect Core 1.0, section 5.4 */
export const DEFAULT_UPSTREAM_SCOPES = ['openid', 'email', 'profile'];

/** Whether a preset is for one directory, which has to be named. */
export function needsDirectory({ issuer }: UpstreamPreset): boolean {
  return issuer.includes('{directory}');
}

/** @param directory - of `[A-Za-z0-9-]`; ignored where a preset has none */
export function issuerOfPreset({ issuer }: UpstreamPreset, directory = ''): string {
  return issuer.replace('{directory}', directory);
}
