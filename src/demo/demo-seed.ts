/**
 * What the playground tells of `seeds/demo.yaml`: whom to sign in as, what to copy. A test holds
 * it to that file.
 */

/** Slug and name of the demo's second tenant. */
export const SECOND_TENANT = { slug: 'acme', name: 'Acme' } as const;

/** The playground's client, in each tenant. */
export const PLAYGROUND_CLIENT_ID = 'playground';

/** Audience of the playground's application: a name, whatever port the playground has. */
export const PLAYGROUND_RESOURCE = 'http://localhost:3001/api';

/** Somebody to sign in as. */
export interface DemoAccount {
  /** Slug. */
  readonly tenant: string;
  readonly username: string;
  readonly password: string;
  /** What one sees with it that the others do not show. */
  readonly shows: string;
}

export const DEMO_ACCOUNTS: readonly DemoAccount[] = [
  {
    tenant: 'default',
    username: 'alice',
    password: 'alice-demo-password',
    shows:
      'Has every claim there is and a verified e-mail address. Curator here by herself, visitor through her group: both are in her tokens.',
  },
  {
    tenant: 'default',
    username: 'bob',
    password: 'bob-demo-password',
    shows:
      'Says little about himself, and nobody has verified his e-mail address. A visitor only: fewer permissions for the API.',
  },
  {
    tenant: SECOND_TENANT.slug,
    username: 'alice',
    password: 'acme-demo-password',
    shows:
      'Another person with the same name: another tenant, another sub, other keys. She has no role here, so the API turns her away.',
  },
];

/** A machine of the demo: no person, no browser. */
export const DEMO_MACHINE = {
  clientId: 'reports-job',
  secret: 'demo-secret-of-reports-job-not-for-production',
  resource: 'https://api.notes.example',
} as const;

/** A seed file that registers somebody's own app at the default tenant; complete as it is. */
export const OWN_APP_SEED = `version: 1
tenants:
  - slug: default
    applications:
      - key: my-app
        name: My App
        roles:
          - key: editor
        clients:
          - client_id: my-app
            # No secret: PKCE protects it. A server with a secret
            # says client_secret: { env: MY_APP_SECRET } instead.
            token_endpoint_auth_method: none
            redirect_uris: [http://localhost:8000/callback]
            grant_types: [authorization_code, refresh_token]
`;

/** Applies it to the running server; no restart. */
export const OWN_APP_COMMAND = 'npm run cli -- seed apply my-app.yaml';

/** A command that gets the machine an access token. */
export function machineCommand(tokenEndpoint: string): string {
  return [
    'curl',
    `-u ${DEMO_MACHINE.clientId}:${DEMO_MACHINE.secret}`,
    '-d grant_type=client_credentials',
    `-d resource=${DEMO_MACHINE.resource}`,
    tokenEndpoint,
  ].join(' \\\n  ');
}
