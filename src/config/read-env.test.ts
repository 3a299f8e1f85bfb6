import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readEnv } from './read-env.ts';
import { VARIABLE_NAMES } from './variables.ts';

describe('readEnv', () => {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-env-'));
  after(() => rmSync(directory, { recursive: true }));
  const fileWith = (name: string, content: string) => {
    const path = join(directory, name);
    writeFileSync(path, content);
    return path;
  };

  it('reads a variable, or the file that NAME_FILE names without its last newline', () => {
    const raw = readEnv({
      PORT: '4000',
      REDIS_URL_FILE: fileWith('unix', 'redis://cache:6379\n'),
      DATABASE_URL_FILE: fileWith('windows', 'postgres://u@h/d\r\n'),
      PATH: '/bin',
    });
    assert.deepEqual(raw.problems, []);
    assert.deepEqual(raw.values, {
      PORT: '4000',
      REDIS_URL: 'redis://cache:6379',
      DATABASE_URL: 'postgres://u@h/d',
    });
  });

  it('treats an empty variable as not set', () => {
    assert.deepEqual(readEnv({ PORT: '', REDIS_URL_FILE: '' }), { values: {}, problems: [] });
  });

  it('reports both forms at once, a missing file, a directory and an empty file', () => {
    const raw = readEnv({
      PORT: '4000',
      PORT_FILE: fileWith('port', '4000'),
      REDIS_URL_FILE: join(directory, 'nothing-here'),
      DATABASE_URL_FILE: directory,
      KEY_ENCRYPTION_KEYS_FILE: fileWith('empty', '\n'),
    });
    const found = Object.fromEntries(raw.problems.map((problem) => [problem.name, problem.found]));
    assert.equal(found.PORT, 'both');
    assert.match(found.REDIS_URL_FILE ?? '', /nothing-here \(ENOENT\)/);
    assert.match(found.DATABASE_URL_FILE ?? '', /\(EISDIR\)/);
    assert.match(found.KEY_ENCRYPTION_KEYS_FILE ?? '', /which is empty/);
    assert.deepEqual(raw.values, {});
  });

  it('refuses GATEHOUSE_ names and says which variable was meant', () => {
    const { problems } = readEnv({ GATEHOUSE_PORT: '4000', GATEHOUSE_COLOUR: 'blue' });
    assert.deepEqual(
      problems.map(({ name, expected }) => [name, expected]),
      [
        ['GATEHOUSE_PORT', 'PORT, without a prefix'],
        [
          'GATEHOUSE_COLOUR',
          `no variable of this name (.env.example lists all ${VARIABLE_NAMES.length})`,
        ],
      ],
    );
    assert.ok(!JSON.stringify(problems).includes('blue'));
  });

  it('leaves alone what Kubernetes sets for a service called gatehouse', () => {
    const { problems } = readEnv({
      GATEHOUSE_SERVICE_HOST: '10.0.0.1',
      GATEHOUSE_SERVICE_PORT: '80',
      GATEHOUSE_SERVICE_PORT_HTTP: '80',
      GATEHOUSE_PORT: 'tcp://10.0.0.1:80',
      GATEHOUSE_PORT_80_TCP: 'tcp://10.0.0.1:80',
      GATEHOUSE_PORT_80_TCP_PROTO: 'tcp',
      GATEHOUSE_PORT_80_TCP_ADDR: '10.0.0.1',
      GATEHOUSE_ADMIN_SERVICE_HOST: '10.0.0.2',
      GATEHOUSE_ADMIN_PORT: 'tcp://10.0.0.2:9464',
    });
    assert.deepEqual(problems, []);
  });
});
