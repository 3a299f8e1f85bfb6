import type { RegisteredClient } from '../applications/client.ts';
import type { GrantRequest } from './recorded-grant.ts';

/** What a client can do with an account at this moment, whether somebody was asked or not. */
export interface LiveGrant extends GrantRequest {
  readonly clientId: string;
  readonly firstUsedAt: Date;
  readonly lastUsedAt: Date;
}

/** A client as the person sees it who allowed it something. */
export interface ConnectedApplication extends GrantRequest {
  readonly client: RegisteredClient;
  readonly firstUsedAt: Date;
  readonly lastUsedAt: Date;
}
