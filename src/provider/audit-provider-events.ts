import type { EventEmitter } from 'node:events';
import Provider, { type errors, type KoaContextWithOIDC } from 'oidc-provider';
import { TOKEN_BUDGET_BYTES } from '../applications/token-budget.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { tokenSizes } from './measure-tokens.ts';

/** What a listener knows; the tenant, the client and the request are added to it. */
type EventBody = Pick<AuditEvent, 'kind' | 'outcome' | 'actor'> &
  Partial<Pick<AuditEvent, 'subject' | 'detail' | 'byStranger'>>;

/** What the library says of a request that it answers with an error; one event for each. */
const REFUSING_EVENTS = [
  'authorization.error',
  'end_session.error',
  'end_session_confirm.error',
  'end_session_success.error',
  'grant.error',
  'introspection.error',
  'pushed_authorization_request.error',
  'revocation.error',
  'userinfo.error',
];

/**
 * Turns the library's events into audit events. They are written beside the answer, not before
 * it: an event that could not be stored is logged and never fails a request.
 */
export function recordProviderEvents(
  deps: { audit: Pick<AuditLog, 'record'>; logger: Logger },
  tenant: Tenant,
  provider: Provider,
): void {
  const record = (ctx: KoaContextWithOIDC, body: EventBody) => {
    const clientId = ctx.oidc.client?.clientId;
    const { requestId, address } = ctx.state;
    deps.audit
      .record({
        ...body,
        tenantId: tenant.id,
        ...(clientId === undefined ? {} : { clientId }),
        ...(typeof requestId === 'string' ? { requestId } : {}),
        ...(typeof address === 'string' ? { address } : {}),
      })
      .catch((error: unknown) => deps.logger.error('audit event lost', { kind: body.kind, error }));
  };
  const refused = (ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) => {
    // In an outage nothing was decided.
    if (error.statusCode < 500) record(ctx, refusal(ctx, error));
  };
  const revoked = () => {
    const ctx = Provider.ctx;
    if (ctx?.oidc.route !== 'revocation') return;
    record(ctx, { kind: 'token.revoked', outcome: 'success', ...byClient(ctx) });
  };

  provider.on('grant.success', (ctx) =>
    record(ctx, {
      kind: 'token.issued',
      outcome: 'success',
      actor: party(ctx),
      detail: { ...grantType(ctx), ...sizeBeyondBudget(ctx) },
    }),
  );
  provider.on('grant.error', refused);
  provider.on('introspection.error', refused);
  provider.on('revocation.error', refused);
  provider.on('access_token.destroyed', revoked);
  provider.on('refresh_token.destroyed', revoked);
  provider.on('client_credentials.destroyed', revoked);
  provider.on('grant.revoked', (ctx) => {
    const by = byClient(ctx);
    record(ctx, { kind: 'grant.revoked', outcome: 'success', ...by });
    // The token endpoint revokes a grant for one reason only: something used up came again.
    if (ctx.oidc.route !== 'token') return;
    const replayed = ctx.oidc.params?.grant_type === 'authorization_code';
    const kind = replayed ? 'authorization_code.replayed' : 'refresh_token.reused';
    record(ctx, { kind, outcome: 'failure', ...by });
  });
  provider.on('session.destroyed', (session) => {
    const ctx = Provider.ctx;
    if (ctx === undefined || session.accountId === undefined) return;
    record(ctx, {
      kind: 'session.ended',
      outcome: 'success',
      actor: { type: 'account', id: session.accountId },
    });
  });
  // Operators look for the cause of a 503 in the log; the caller is not told.
  const emitter: EventEmitter = provider;
  for (const event of REFUSING_EVENTS) {
    emitter.on(event, (ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) => {
      if (error.statusCode < 500) return;
      deps.logger.warn('request failed', {
        request_id: ctx.state.requestId,
        tenant: tenant.slug,
        route: ctx.oidc.route,
        status: error.statusCode,
        error,
      });
    });
  }
  provider.on('server_error', (ctx, error) => {
    deps.logger.error('request failed', {
      request_id: ctx.state.requestId,
      tenant: tenant.slug,
      error,
    });
  });
}

/**
 * Client attestation, which nobody can register for. The library refuses these headers for what they
 * are, once it has found the client and before it has looked at a secret.
 */
const ATTESTATION = ['oauth-client-attestation', 'oauth-client-attestation-pop'];

/** Whom tokens were issued to: the account if there is one, else the machine. */
function party(ctx: KoaContextWithOIDC): AuditEvent['actor'] {
  const id = accountOf(ctx);
  return id === undefined ? byClient(ctx).actor : { type: 'account', id };
}

/** What a client did at an endpoint of its own, and whose tokens it was about. */
function byClient(ctx: KoaContextWithOIDC): Pick<EventBody, 'actor' | 'subject'> {
  const clientId = ctx.oidc.client?.clientId;
  const id = accountOf(ctx);
  return {
    actor: clientId === undefined ? { type: 'anonymous' } : { type: 'client', id: clientId },
    ...(id === undefined ? {} : { subject: { type: 'account', id } }),
  };
}

function accountOf(ctx: KoaContextWithOIDC): string | undefined {
  const { account, entities } = ctx.oidc;
  return account?.accountId ?? entities.RefreshToken?.accountId ?? entities.AccessToken?.accountId;
}

function refusal(ctx: KoaContextWithOIDC, error: errors.OIDCProviderError): EventBody {
  const unauthenticated = error.error === 'invalid_client';
  const claimed = unauthenticated || ATTESTATION.some((name) => name in ctx.headers);
  const { client } = ctx.oidc;
  return {
    kind: unauthenticated ? 'client.authentication_failed' : 'token.refused',
    outcome: 'failure',
    // A client that did not prove itself is only a claim.
    ...(claimed ? { actor: { type: 'anonymous' } } : byClient(ctx)),
    // A public client proves nothing: anybody can name it.
    ...(claimed || client === undefined || client.clientAuthMethod === 'none'
      ? { byStranger: true }
      : {}),
    detail: { ...grantType(ctx), error: error.error, ...reason(error) },
  };
}

/** What the caller is not told, such as which check a code failed: for whoever operates. */
function reason(error: errors.OIDCProviderError): Record<string, string> {
  const detail = error.error_detail ?? error.error_description;
  return detail === undefined ? {} : { reason: detail.slice(0, 200) };
}

/** Whose access token a proxy may refuse: the metric only says that there is one. */
function sizeBeyondBudget(ctx: KoaContextWithOIDC): Record<string, number> {
  const [kind, bytes] = tokenSizes(ctx)[0] ?? [];
  if (kind !== 'access_token' || bytes === undefined || bytes <= TOKEN_BUDGET_BYTES) return {};
  return { access_token_bytes: bytes };
}

function grantType(ctx: KoaContextWithOIDC): Record<string, string> {
  const value = ctx.oidc.params?.grant_type;
  return typeof value === 'string' ? { grant_type: value.slice(0, 100) } : {};
}
