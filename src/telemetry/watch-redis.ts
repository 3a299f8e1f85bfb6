import { tracingChannel } from 'node:diagnostics_channel';
import type { DatabaseWork, WorkWatch } from './tracing.ts';

/** What ioredis says of a command; `built/tracing.js` of its package. */
interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

/** Longer words of a key may be ids or digests. */
const WORD = /^[a-z][a-z-]{0,15}$/;
const LONGEST_KEY = 100;

/**
 * Tells of every command that is sent to Redis, by the channel that ioredis has for it.
 *
 * @returns ends it
 */
export function watchRedis(watch: WorkWatch<DatabaseWork>): () => void {
  const channel = tracingChannel<'ioredis:command', Command>('ioredis:command');
  const ends = new WeakMap<object, (error: unknown) => void>();
  const subscribers = {
    start(command: Command) {
      const end = watch(describeCommand(command));
      if (end !== undefined) ends.set(command, end);
    },
    end: () => undefined,
    asyncStart: () => undefined,
    asyncEnd(command: Command & { error?: unknown }) {
      ends.get(command)?.(command.error);
    },
    error: () => undefined,
  };
  channel.subscribe(subscribers);
  return () => {
    channel.unsubscribe(subscribers);
  };
}

/** A command and the form of its first key: `EVALSHA {gatehouse:*}`. */
export function describeCommand({ command, args }: Command): DatabaseWork {
  const operation = /^[a-z]{1,30}$/i.test(command) ? command.toUpperCase() : 'OTHER';
  // A script stands in front of its keys, and how many they are.
  const key = args[operation.startsWith('EVAL') ? 2 : 0] ?? '';
  const form = key
    .slice(0, LONGEST_KEY)
    .replace(/[^:{}]+/g, (part) => (WORD.test(part) ? part : '*'));
  return { system: 'redis', name: operation, operation, text: `${operation} ${form}`.trim() };
}
