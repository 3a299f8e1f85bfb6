import { request } from 'node:http';
import type { Replica, TestDeployment } from './gatehouse.ts';

export interface ReplicaAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Empty when the answer is not JSON. */
  readonly json: Readonly<Record<string, unknown>>;
}

export interface ReplicaQuestion {
  /** Sent as a POST; without it, a GET. */
  readonly form?: Readonly<Record<string, string>>;
  /** Authenticates with `client_secret_basic`, or names itself when it has no secret. */
  readonly client?: { readonly clientId: string; readonly secret?: string };
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Asks one replica, past the balancer, on a connection of its own: the deployment's name goes
 * along as a balancer would pass it on.
 *
 * @param path - below the deployment's origin, such as `/token`
 */
export function askReplica(
  deployment: Pick<TestDeployment, 'publicUrl'>,
  replica: Pick<Replica, 'url'>,
  path: string,
  { form, client, headers = {} }: ReplicaQuestion = {},
): Promise<ReplicaAnswer> {
  const body = form === undefined ? undefined : new URLSearchParams(form);
  if (client !== undefined && client.secret === undefined) body?.set('client_id', client.clientId);
  const { promise, resolve, reject } = Promise.withResolvers<ReplicaAnswer>();
  const asked = request(
    new URL(path, replica.url),
    {
      agent: false,
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        host: new URL(deployment.publicUrl).host,
        ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...(client?.secret === undefined
          ? {}
          : { authorization: basic(client.clientId, client.secret) }),
        ...headers,
      },
    },
    (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk) => {
        text += chunk;
      });
      answer.once('error', reject);
      answer.once('end', () => {
        const type = answer.headers['content-type'] ?? '';
        const json = /[/+]json\b/.test(type) && text !== '' ? JSON.parse(text) : {};
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, json });
      });
    },
  );
  asked.once('error', reject);
  asked.end(body?.toString());
  return promise;
}

/** @see RFC 6749, section 2.3.1 */
function basic(id: string, secret: string): string {
  const pair = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}
