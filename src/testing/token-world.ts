import type { AuditEventKind, RecordedAuditEvent } from '../audit/audit-event.ts';
import { askReplica, type ReplicaAnswer, type ReplicaQuestion } from './ask-replica.ts';
import { DEMO_CLIENTS, demoParty, visitor } from './demo-clients.ts';
import {
  ALICE,
  startDeployment,
  type TestDeployment,
  type TestDeploymentOptions,
} from './gatehouse.ts';
import { obtainCode } from './obtain-code.ts';

type TokenClient = NonNullable<ReplicaQuestion['client']>;

/** A deployment asked from the outside, replica by replica, on a clock that a test sets. */
export interface TokenWorld {
  readonly deployment: TestDeployment;
  /** Moves the clock of everything that is ours. */
  advance(seconds: number): void;
  /** Runs while the clock stands still: however slow a machine is, all happens at one time. */
  atOnce<T>(work: () => Promise<T>): Promise<T>;
  /** Posts a form to a replica (counted around) as a client of the demo seed, or another. */
  ask(
    at: number,
    path: string,
    form: Readonly<Record<string, string>>,
    client?: TokenClient,
  ): Promise<ReplicaAnswer>;
  refresh(at: number, token: unknown, client?: TokenClient): Promise<ReplicaAnswer>;
  isActive(token: unknown, client?: TokenClient): Promise<boolean>;
  /** Signs Alice in, in a browser of its own; the answer redeems the code. */
  newCode(
    client?: TokenClient & { readonly redirectUri: string },
    parameters?: Record<string, string>,
  ): Promise<Record<string, string>>;
  /** Events of a kind so far, newest first. */
  audited(kind: AuditEventKind): Promise<RecordedAuditEvent[]>;
  stop(): Promise<void>;
}

const WEB = DEMO_CLIENTS['notes-web'];

export async function startTokenWorld(options: TestDeploymentOptions = {}): Promise<TokenWorld> {
  let offsetMs = 0;
  let stoppedAt: number | undefined;
  const now = () => new Date((stoppedAt ?? Date.now()) + offsetMs);
  const deployment = await startDeployment({ ...options, now });
  const { replicas } = deployment;

  const world: TokenWorld = {
    deployment,
    advance(seconds) {
      offsetMs += seconds * 1000;
    },
    async atOnce(work) {
      stoppedAt = Date.now();
      try {
        return await work();
      } finally {
        stoppedAt = undefined;
      }
    },
    async ask(at, path, form, client = WEB) {
      const replica = replicas[at % replicas.length];
      if (replica === undefined) throw new Error('a deployment without replicas');
      return askReplica(deployment, replica, path, { form, client });
    },
    refresh: (at, token, client) =>
      world.ask(
        at,
        '/token',
        { grant_type: 'refresh_token', refresh_token: String(token) },
        client,
      ),
    async isActive(token, client) {
      const form = { token: String(token) };
      const { status, text, json } = await world.ask(0, '/token/introspection', form, client);
      if (status !== 200) throw new Error(`introspection answered ${status}: ${text}`);
      return json.active === true;
    },
    async newCode(client = WEB, parameters = {}) {
      const party = await demoParty(deployment, 'notes-web', client);
      return obtainCode(visitor(deployment), party, ALICE, parameters);
    },
    async audited(kind) {
      for (const { backends } of replicas) await backends.audit.flush();
      return deployment.backends.audit.list({ kinds: [kind], limit: 100 });
    },
    stop: () => deployment.stop(),
  };
  return world;
}
