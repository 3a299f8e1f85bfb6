import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { closeServer, listen } from '../../http/create-http-server.ts';
import { NotToBeHad, runProgram } from '../deploy/trial.ts';
import { freePort } from '../free-port.ts';
import { pollUntil } from '../poll.ts';
import { createCertificateAuthority } from './certificate-authority.ts';
import { startDnsServer } from './dns-server.ts';
import { newerNginx } from './newer-nginx.ts';
import { examineNginxFiles, type NginxProgram, startNginxProcess } from './nginx-process.ts';
import { fillIn, freeSitePorts, tlsSite } from './site.ts';

/** As containers of one service: their own addresses, one port. */
const ADDRESSES = ['127.0.0.21', '127.0.0.22', '127.0.0.23'] as const;
/** The name is asked for again after 5 s. */
const DEADLINE_MS = 20_000;

/**
 * Replicas by name, as containers have them: scaled up, moved, and all of them gone and back.
 *
 * @returns what was seen
 */
export async function tryNames(): Promise<string> {
  const program = await newerNginx().catch((cause: unknown) => {
    throw new NotToBeHad('nginx 1.27.3 or newer', { cause });
  });
  const authority = await createCertificateAuthority();
  const dns = await startDnsServer();
  const port = await freePort();
  const servers = ADDRESSES.map((address) => createServer((_req, res) => res.end(address)));
  for (const [index, server] of servers.entries()) {
    await listen(server, { what: 'replica', host: ADDRESSES[index] ?? '', port });
  }
  const ports = await freeSitePorts();
  const certificate = await authority.issue({ name: 'localhost', for: 'server' });
  const files = {
    ...(await tlsSite({ ports, certificate })),
    'site/replicas-by-name.conf': await fillIn('replicas-by-name.conf', {
      REPLICAS: `app:${port}`,
      NGINX_LOCAL_RESOLVERS: `127.0.0.1:${dns.port}`,
    }),
  };
  dns.answerWith(ADDRESSES.slice(0, 1));
  try {
    const version = await examine(program, files);
    const nginx = await startNginxProcess({ program, files, listening: Object.values(ports) });
    try {
      const ready = `http://127.0.0.1:${ports.status}/ready`;
      await until(ready, ADDRESSES.slice(0, 1));
      dns.answerWith(ADDRESSES);
      const up = await until(ready, ADDRESSES);
      dns.answerWith(ADDRESSES.slice(1));
      const down = await until(ready, ADDRESSES.slice(1));
      return `nginx ${version}: two more replicas were asked after ${up} s, one that had gone was not any more after ${down} s`;
    } finally {
      await nginx.stop();
    }
  } finally {
    await Promise.all(servers.map(closeServer));
    dns.close();
    await authority.stop();
  }
}

/** @returns its version */
async function examine(
  program: NginxProgram,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const said = await examineNginxFiles(files, program);
  // The only way to say it that both versions know.
  const old = /\[warn\].*the "listen \.\.\. http2" directive is deprecated.*\n/g;
  assert.doesNotMatch(said.replaceAll(old, ''), /\[(warn|error|crit|alert|emerg)\]/);
  const [command, ...before] = program;
  const { stderr } = await runProgram(command, [...before, '-v']);
  return /nginx\/([\d.]+)/.exec(stderr)?.[1] ?? 'of no version';
}

/** @returns seconds until exactly these answer, of 20 requests */
async function until(url: string, addresses: readonly string[]): Promise<number> {
  const since = performance.now();
  await pollUntil(
    async () => {
      const asked = Array.from({ length: 20 }, async () => (await fetch(url)).text());
      const answered = new Set(await Promise.all(asked));
      return [...answered].toSorted().join() === addresses.join();
    },
    { deadlineMs: DEADLINE_MS, everyMs: 200 },
  );
  return Math.round((performance.now() - since) / 100) / 10;
}
