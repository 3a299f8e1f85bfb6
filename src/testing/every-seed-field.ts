/** The beginning of a PNG of 240 by 48 pixels, in base64. */
const LOGO = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d49484452000000f000000030', 'hex'),
  Buffer.alloc(200, 7),
]).toString('base64');

/**
 * A seed file that has every key of the format that a database can give back, each with a value
 * that is not its default. `export-seed.test.ts` fails when the format has a key that is not here.
 */
export const EVERY_SEED_FIELD = `version: 1
tenants:
  - slug: acme
    name: "Acme: the \\"first\\" # one"
    issuer: https://login.acme.example
    settings:
      registration: invite
      mfa: required
      emailCode: true
      profile: compat
      signingAlgorithms: [RS256, ES256, EdDSA]
      accessTokenAlgorithm: ES256
      lifetimes:
        accessTokenSeconds: 301
        idTokenSeconds: 302
        authorizationCodeSeconds: 33
        interactionSeconds: 304
        sessionIdleSeconds: 305
        sessionAbsoluteSeconds: 306
        refreshTokenIdleSeconds: 307
        refreshTokenAbsoluteSeconds: 308
      branding:
        accentColor: "#2b50c8"
        privacyUrl: https://acme.example/privacy
        termsUrl: https://acme.example/terms
        supportUrl: https://acme.example/support
        imprintUrl: https://acme.example/imprint
        logo: { data: ${LOGO} }
        welcomeText:
          default: Welcome
          en: Welcome in English
          de: Willkommen
          fr: Bienvenue
          es: Bienvenido
          pt: Bem-vindo
          ja: ようこそ
          zh-Hans: 欢迎
          ar: أهلا
    upstreams:
      - key: up
        name: Up
        issuer: https://up.example/realm
        client_id: us
        client_secret: { value: our secret at up }
        scopes: [openid, groups]
        prompt: login
        trustEmail: true
        registration: allow
        emailDomains: [b.example, a.example]
      - { key: plain, issuer: https://plain.example, client_id: us, client_secret: { value: x } }
    applications:
      - key: notes
        name: Notes
        firstParty: true
        audience: https://api.acme.example
        requireAssignment: true
        permissionsInToken: false
        roles:
          - { key: editor, name: Editor, permissions: ["notes:write", "notes:read"] }
          - { key: nothing }
        clients:
          - client_id: web
            client_secret: { value: the secret of the web client of notes }
            application_type: web
            backchannel_logout_session_required: true
            backchannel_logout_uri: https://notes.example/logout
            client_name: "yes"
            client_uri: https://notes.example
            contacts: [ops@notes.example]
            default_acr_values: [urn:gatehouse:acr:multi-factor]
            default_max_age: 3600
            grant_types: [authorization_code, refresh_token]
            id_token_signed_response_alg: ES256
            initiate_login_uri: https://notes.example/login
            policy_uri: https://notes.example/policy
            post_logout_redirect_uris: [https://notes.example/]
            redirect_uris: [https://notes.example/cb, https://notes.example/a-rather-long-path-of-a-callback/that-breaks-lines]
            require_auth_time: true
            response_modes: [query]
            response_types: [code]
            scope: openid profile
            subject_type: public
            token_endpoint_auth_method: client_secret_post
            tos_uri: https://notes.example/tos
            allowed_cors_origins: [https://app.notes.example]
            refresh_token_reuse_window: 5
            access_token_seconds: 61
            id_token_seconds: 62
            refresh_token_idle_seconds: 63
            refresh_token_absolute_seconds: 64
            roles: [notes:editor]
          - client_id: keyed
            token_endpoint_auth_method: private_key_jwt
            token_endpoint_auth_signing_alg: ES256
            redirect_uris: [https://notes.example/keyed]
            jwks:
              keys:
                - kty: EC
                  crv: P-256
                  x: f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU
                  y: x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0
                  kid: one
                  use: sig
                  alg: ES256
          - client_id: remote
            token_endpoint_auth_method: private_key_jwt
            redirect_uris: [https://notes.example/remote]
            jwks_uri: https://notes.example/jwks
      - key: bare
        clients:
          - { client_id: spa, token_endpoint_auth_method: none, redirect_uris: [https://spa.example/] }
    groups:
      - { key: staff, name: Staff, roles: [notes:editor] }
      - { key: empty }
    accounts:
      - username: alice
        email: alice@acme.example
        emailVerified: true
        name: Alice Example
        given_name: Alice
        family_name: Example
        middle_name: Q.
        nickname: Al
        profile: https://alice.example/
        picture: https://alice.example/a.png
        website: https://alice.example/w
        gender: female
        birthdate: "1990-04-01"
        zoneinfo: Europe/Berlin
        locale: de-DE
        phone_number: "+4915112345678"
        phone_number_verified: true
        address: { street_address: "1 Way\\nFloor 2", locality: Rome, country: Italy }
        password: { value: a password that is shown nowhere }
        roles: [notes:nothing, notes:editor]
        groups: [staff, empty]
      - { username: "007" }
  - slug: default
    name: Mine
    accounts:
      - { username: bob, email: bob@example.com }
`;
