import { z } from 'zod';

/** What an API server answered that was no yes. */
class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(`${status}: ${message}`);
    this.status = status;
  }
}

/** A client of an API server, as whoever may do everything. */
export interface Api {
  /** What is at a path; undefined where nothing is. */
  find<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined>;
  /** The items of a list. */
  list<T>(path: string, schema: z.ZodType<T>): Promise<T[]>;
  create(path: string, object: unknown): Promise<void>;
  /** Changes what is said (RFC 7386); where nothing is, nothing happens. */
  patch(path: string, changes: unknown): Promise<void>;
  /** @param uid - nothing happens to another object that has the same name by now */
  remove(path: string, uid: string): Promise<void>;
}

/**
 * @param server - such as `https://127.0.0.1:6443`; its certificate is one that this process trusts
 * @param token - of somebody in the group `system:masters`
 */
export function createApi(server: string, token: string): Api {
  const ask = async (method: string, path: string, body?: unknown, type = 'application/json') => {
    const answer = await fetch(`${server}${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': type },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new ApiError(answer.status, text);
    return JSON.parse(text) as unknown;
  };
  return {
    find: async (path, schema) => {
      const found = await orNothing(ask('GET', path), 404);
      return found === undefined ? undefined : schema.parse(found);
    },
    list: async (path, schema) =>
      z.object({ items: z.array(schema).nullable() }).parse(await ask('GET', path)).items ?? [],
    create: async (path, object) => {
      await ask('POST', path, object);
    },
    patch: async (path, changes) => {
      await orNothing(ask('PATCH', path, changes, 'application/merge-patch+json'), 404);
    },
    remove: async (path, uid) => {
      const options = { gracePeriodSeconds: 0, preconditions: { uid } };
      await orNothing(ask('DELETE', path, options), 404, 409);
    },
  };
}

async function orNothing<T>(answer: Promise<T>, ...statuses: number[]): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && statuses.includes(error.status)) return undefined;
    throw error;
  }
}
