import { Redis } from 'ioredis';
import type { Knex } from 'knex';

import type { RedisClient } from '../storage/redis/redis.ts';

/** Everything that somebody gets who copies the database and Redis, as searchable text. */
interface Copy {
  /** A row or a key with its value; bytes as hexadecimal digits, and as Latin-1. */
  readonly records: readonly { readonly where: string; readonly text: string }[];
}

/** Where a value was found, and in which form. */
interface Finding {
  readonly name: string;
  readonly form: string;
  readonly where: string;
}

/**
 * Every row of every table, and every key of Redis with what it holds, whatever its type.
 *
 * @param redis - one server
 */
export async function copyEverything(db: Knex, redis: RedisClient | undefined): Promise<Copy> {
  const kept = redis instanceof Redis ? await keys(redis) : [];
  const records = [...(await tables(db)), ...kept];
  return { records: records.map(({ where, text }) => ({ where, text: text + decoded(text) })) };
}

/** What is written in base64 somewhere in a text: parts of a JWT, for instance. */
function decoded(text: string): string {
  return (text.match(/[\w+/-]{24,}/g) ?? [])
    .map((run) => `\n${Buffer.from(run, 'base64').toString('latin1')}`)
    .join('');
}

/** Looks for values in every form in which they could be stored, and still be of use. */
export function searchCopy({ records }: Copy, values: ReadonlyMap<string, string>): Finding[] {
  return [...values].flatMap(([name, value]) =>
    Object.entries(formsOf(value)).flatMap(([form, text]) =>
      records
        .filter((record) => record.text.includes(text))
        .map(({ where }) => ({ name, form, where })),
    ),
  );
}

function formsOf(value: string): Record<string, string> {
  const bytes = Buffer.from(value);
  // What base64url stands for, if it is that: 43 characters are 32 bytes.
  const meant = /^[\w-]{16,}$/.test(value) ? Buffer.from(value, 'base64url') : undefined;
  // What makes a JWT one that nobody else can make.
  const [, , signature] = value.startsWith('eyJ') ? value.split('.') : [];
  return {
    'as it is': value,
    'URL-encoded': encodeURIComponent(value),
    'in JSON': JSON.stringify(value).slice(1, -1),
    hexadecimal: bytes.toString('hex'),
    base64: bytes.toString('base64').replace(/=+$/, ''),
    base64url: bytes.toString('base64url'),
    ...(signature === undefined || signature === '' ? {} : { 'its signature': signature }),
    ...(meant === undefined
      ? {}
      : {
          'decoded, hexadecimal': meant.toString('hex'),
          'decoded, base64': meant.toString('base64').replace(/=+$/, ''),
          'decoded, bytes': meant.toString('latin1'),
        }),
  };
}

async function tables(db: Knex) {
  const { rows } = await db.raw<{ rows: { name: string }[] }>(
    `select format('%I.%I', n.nspname, c.relname) as name
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema')`,
  );
  const copies = rows.map(async ({ name }) => {
    const { rows: found } = await db.raw<{ rows: { text: string }[] }>(
      `select row_to_json(t)::text as text from ${name} t`,
    );
    return found.map(({ text }) => ({ where: name, text }));
  });
  return (await Promise.all(copies)).flat();
}

async function keys(redis: Redis) {
  const records: { where: string; text: string }[] = [];
  for await (const batch of redis.scanStream({ count: 1000 })) {
    for (const key of batch as string[]) {
      const held = Buffer.concat([Buffer.from(`${key}\n`), ...(await read(redis, key))]);
      const text = `${held.toString('latin1')}\n${held.toString('hex')}`;
      records.push({ where: `redis ${key}`, text });
    }
  }
  return records;
}

async function read(redis: Redis, key: string): Promise<Buffer[]> {
  const type = await redis.type(key);
  switch (type) {
    case 'string':
      return [(await redis.getBuffer(key)) ?? Buffer.alloc(0)];
    case 'hash':
      return Object.entries(await redis.hgetallBuffer(key)).flatMap(([name, value]) => [
        Buffer.from(`${name}\n`),
        value,
      ]);
    case 'set':
      return redis.smembersBuffer(key);
    case 'zset':
      return redis.zrangeBuffer(key, '0', '-1');
    case 'list':
      return redis.lrangeBuffer(key, 0, -1);
    default:
      throw new Error(`${key} is of a type that nobody looks into: ${type}`);
  }
}
