import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { closeServer, createHttpServer, listen } from './http/create-http-server.ts';

const HEALTHCHECK = fileURLToPath(new URL('./healthcheck.ts', import.meta.url));

async function exitCode(env: Record<string, string>): Promise<unknown> {
  const child = spawn(process.execPath, [HEALTHCHECK], { env, stdio: 'ignore' });
  const [code] = await once(child, 'close');
  return code;
}

describe('healthcheck', () => {
  it('finds the server where its environment says, and ends with 1 once it is gone', async () => {
    const server = createHttpServer((_req, res) => res.end('{}'));
    const { port } = await listen(server, { what: 'test', host: '127.0.0.1', port: 0 });
    // A secret that has been taken away since the server read it.
    const env = { HOST: '127.0.0.1', PORT: String(port), REDIS_URL_FILE: '/nowhere/redis_url' };
    assert.equal(await exitCode(env), 0);
    await closeServer(server);
    assert.equal(await exitCode(env), 1);
  });
});
