/** Load on many tenants of one replica: each operation is for the next of those that are active. */

import { setTimeout as delay } from 'node:timers/promises';
import { post, signedIn, UnexpectedAnswer } from './flows.ts';
import { slugOf } from './many-tenants.ts';
import type { MeasuredReplica } from './measured-replica.ts';
import { type Slice, slice } from './slices.ts';

const RESOURCE = 'https://api.bench.example';
const PREPARED_AT_ONCE = 8;
/** How a client waits that was told to come again: about half a minute in all. */
const RETRY_MS = 250;
const TRIES = 120;

export const LOADS = ['client credentials', 'code and refresh'] as const;
export type LoadName = (typeof LOADS)[number];

/** A slice, and what it cost the replica. */
export interface CostedSlice extends Slice {
  /** Operations for a second of the replica's processor time. */
  readonly perCpuSecond: number;
}

export interface TenantLoad {
  /** Has the first `count` tenants each do everything once, with a sign-in where there is none yet. */
  activate(count: number): Promise<void>;
  /** How often the replica was too busy to let a request in; it was sent again then. */
  refused(): number;
  /** One machine's token for a tenant. */
  machineToken(n: number): Promise<void>;
  /** Keeps `active` tenants busy, in turns. */
  measure(name: LoadName, active: number, milliseconds: number): Promise<CostedSlice>;
}

export function createTenantLoad(
  replica: Pick<MeasuredReplica, 'issuer' | 'cpuSeconds'>,
): TenantLoad {
  const { issuer } = replica;
  const sessions: (() => Promise<Record<string, unknown>>)[] = [];
  const issuerOf = (n: number) => `${issuer}/t/${slugOf(n)}`;
  // Four thousand callers in turns: no address comes near its limit.
  let requests = 0;
  const from = () => {
    requests += 1;
    return `10.0.${(requests >> 8) & 15}.${requests & 255}`;
  };
  const machineToken = async (n: number) => {
    const form = { grant_type: 'client_credentials', resource: RESOURCE };
    await post(`${issuerOf(n)}/token`, 'bench', form, from);
  };
  const codeAndRefresh = async (n: number) => {
    const tokens = await sessions[n]?.();
    const form = { grant_type: 'refresh_token', refresh_token: String(tokens?.refresh_token) };
    await post(`${issuerOf(n)}/token`, 'bench', form, from);
  };
  let refused = 0;
  const patiently = (work: (n: number) => Promise<void>) => async (n: number) => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await work(n);
      } catch (error) {
        if (!(error instanceof UnexpectedAnswer && error.status === 503)) throw error;
        if (tries === TRIES) throw error;
        refused += 1;
        await delay(RETRY_MS);
      }
    }
  };
  const work: Record<LoadName, (n: number) => Promise<void>> = {
    'client credentials': patiently(machineToken),
    'code and refresh': patiently(codeAndRefresh),
  };
  const begin = patiently(async (n) => {
    sessions[n] ??= await signedIn(issuerOf(n), from);
  });

  return {
    refused: () => refused,
    machineToken: work['client credentials'],
    async activate(count) {
      await forEachOf(count, PREPARED_AT_ONCE, async (n) => {
        await begin(n);
        for (const name of LOADS) await work[name](n);
      });
    },
    async measure(name, active, milliseconds) {
      let turn = 0;
      const before = await replica.cpuSeconds();
      const measured = await slice(async () => () => work[name](turn++ % active), milliseconds);
      const spent = (await replica.cpuSeconds()) - before;
      return { ...measured, perCpuSecond: measured.operations / spent };
    },
  };
}

/** Does something for each of the numbers below `count`, a few at once. */
export async function forEachOf(
  count: number,
  atOnce: number,
  work: (n: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let n = next++; n < count; n = next++) await work(n);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
