import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { LOOPBACK_CERTIFICATE } from '../testing/loopback-certificate.ts';
import { ConfigurationError, type ConfigurationProblem } from './configuration-error.ts';
import { parseConfig } from './parse-config.ts';
import { readEnv } from './read-env.ts';

const KEY = randomBytes(32).toString('base64');

const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://gatehouse:pg-pass-1@db.internal/gatehouse',
  REDIS_URL: 'rediss://default:redis-pass-1@cache.internal:6379',
  PUBLIC_URL: 'https://login.example.com',
  KEY_ENCRYPTION_KEYS: KEY,
};

const parse = (env: NodeJS.ProcessEnv) => parseConfig(readEnv(env));

function errorOf(env: NodeJS.ProcessEnv): ConfigurationError {
  try {
    parse(env);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('the environment was accepted');
}

const problemsOf = (env: NodeJS.ProcessEnv): readonly ConfigurationProblem[] =>
  errorOf(env).problems;
const namesOf = (env: NodeJS.ProcessEnv) => problemsOf(env).map(({ name }) => name);

describe('parseConfig', () => {
  it('needs nothing at all for the embedded default', () => {
    const { config, secrets } = parse({});
    assert.equal(config.mode, 'embedded');
    assert.equal(config.production, false);
    assert.equal(config.publicUrl, 'http://localhost:3000');
    assert.equal(config.host, '127.0.0.1');
    assert.equal(config.adminHost, '127.0.0.1');
    assert.equal(config.playgroundPort, 3001);
    assert.equal(config.artifactStore, 'postgres');
    assert.equal(config.shutdownDelaySeconds, 0);
    assert.deepEqual(config.trustedProxies, []);
    assert.deepEqual(secrets.keyEncryptionKeys, {
      kind: 'file',
      path: '.data/key-encryption-keys',
    });
  });

  it('lets the default PUBLIC_URL follow PORT', () => {
    assert.equal(parse({ PORT: '4000' }).config.publicUrl, 'http://localhost:4000');
    assert.equal(parse({ PORT: '80' }).config.publicUrl, 'http://localhost');
  });

  it('takes a whole production environment', () => {
    const { config, secrets } = parse(PRODUCTION);
    assert.equal(config.mode, 'server');
    assert.equal(config.production, true);
    assert.equal(config.publicUrl, 'https://login.example.com');
    assert.equal(config.host, '0.0.0.0');
    assert.equal(config.playgroundPort, undefined);
    assert.equal(config.artifactStore, 'redis');
    assert.equal(config.shutdownDelaySeconds, 5);
    assert.equal(secrets.databaseUrl, PRODUCTION.DATABASE_URL);
    assert.deepEqual(secrets.redis?.nodes, [{ host: 'cache.internal', port: 6379 }]);
    assert.equal(secrets.redis?.tls, true);
    assert.equal(secrets.redis?.password, 'redis-pass-1');
    assert.deepEqual(secrets.keyEncryptionKeys, {
      kind: 'keys',
      keys: [Buffer.from(KEY, 'base64')],
    });
  });

  it('keeps every secret out of the configuration that may be printed', () => {
    const { config } = parse(PRODUCTION);
    const printed = JSON.stringify(config) + inspect(config, { depth: 9 });
    for (const secret of ['pg-pass-1', 'redis-pass-1', KEY]) assert.ok(!printed.includes(secret));
  });

  it('reports everything that production misses at once', () => {
    const problems = problemsOf({ NODE_ENV: 'production' });
    assert.deepEqual(
      problems.map(({ name, found }) => [name, found]),
      [
        ['DATABASE_URL', 'nothing'],
        ['PUBLIC_URL', 'nothing'],
        ['KEY_ENCRYPTION_KEYS', 'nothing'],
        ['REDIS_URL', 'nothing'],
      ],
    );
    assert.match(problems[2]?.expected ?? '', /openssl rand -base64 32/);
    assert.match(problems[3]?.expected ?? '', /unless ARTIFACT_STORE=postgres/);
  });

  it('goes without Redis in production only when that is said out loud', () => {
    const { REDIS_URL: _, ...withoutRedis } = PRODUCTION;
    assert.deepEqual(namesOf(withoutRedis), ['REDIS_URL']);
    const { config } = parse({ ...withoutRedis, ARTIFACT_STORE: 'postgres' });
    assert.equal(config.artifactStore, 'postgres');
    assert.deepEqual(namesOf({ ARTIFACT_STORE: 'redis' }), ['REDIS_URL']);
  });

  it('keeps artifacts in PostgreSQL when asked to, Redis or not', () => {
    assert.equal(
      parse({ ...PRODUCTION, ARTIFACT_STORE: 'postgres' }).config.artifactStore,
      'postgres',
    );
  });

  it('requires keys with a database outside production too', () => {
    assert.deepEqual(namesOf({ DATABASE_URL: 'postgres://u@localhost/d?host=/run/pg' }), [
      'KEY_ENCRYPTION_KEYS',
    ]);
  });

  it('lists problems of reading, of values and between values together', () => {
    assert.deepEqual(
      namesOf({
        GATEHOUSE_DEBUG: '1',
        REDIS_URL_FILE: '/does/not/exist',
        NODE_ENV: 'production',
        DATABASE_URL: 'mysql://root:hunter2@db/x',
        PORT: '9464',
        LOG_LEVEL: 'loud',
        TRUSTED_PROXIES: '10.0.0.0/33',
        SHUTDOWN_DELAY_SECONDS: '30',
      }),
      [
        'REDIS_URL_FILE',
        'GATEHOUSE_DEBUG',
        'LOG_LEVEL',
        'DATABASE_URL',
        'TRUSTED_PROXIES',
        'PUBLIC_URL',
        'KEY_ENCRYPTION_KEYS',
        'ADMIN_PORT',
        'SHUTDOWN_DELAY_SECONDS',
      ],
    );
  });

  it('never shows the value of a secret, whatever is wrong with it', () => {
    const secrets = [
      { DATABASE_URL: 'mysql://root:hunter2@db/x' },
      { DATABASE_URL: 'hunter2' },
      { DATABASE_URL: 'postgres://u:hunter2@host' },
      { DATABASE_URL: 'postgres:///hunter2' },
      { REDIS_URL: 'http://:hunter2@cache' },
      { REDIS_URL: 'hunter2' },
      { SMTP_URL: 'http://user:hunter2@mail' },
      { SMTP_URL: 'hunter2' },
      { SMTP_URL: 'smtp://user:hunter2@mail.internal/?starttls=off' },
      { KEY_ENCRYPTION_KEYS: 'hunter2' },
      { KEY_ENCRYPTION_KEYS: `${KEY},hunter2!` },
      { PUBLIC_URL: 'https://admin:hunter2@login.example.com' },
    ];
    for (const env of secrets) {
      const error = errorOf({ ...PRODUCTION, MAIL_FROM: 'a@example.com', ...env });
      const printed = `${error.stack}${inspect(error, { depth: 9 })}${JSON.stringify(error)}`;
      assert.ok(!printed.includes('hunter2'), printed);
      assert.ok(!printed.includes(KEY), printed);
      assert.deepEqual(
        error.problems.map(({ name }) => name),
        Object.keys(env),
      );
    }
  });

  it('says which key is wrong, and how', () => {
    const foundWith = (keys: string) =>
      problemsOf({ ...PRODUCTION, KEY_ENCRYPTION_KEYS: keys })[0]?.found;
    assert.equal(foundWith(`${KEY},c2hvcnQ=`), 'key 2 has 5 bytes');
    assert.equal(foundWith(`${KEY},`), 'key 2 is not base64');
    assert.equal(foundWith(`${KEY},${KEY}`), 'key 2 is there twice');
    assert.equal(foundWith(Buffer.alloc(32).toString('base64')), 'key 1 is one byte repeated');
  });

  it('takes several keys, in base64 and base64url, in order', () => {
    const [first, second] = [randomBytes(32), randomBytes(32)];
    const { secrets } = parse({
      KEY_ENCRYPTION_KEYS: `${first.toString('base64url')}, ${second.toString('base64')}`,
    });
    assert.deepEqual(secrets.keyEncryptionKeys, { kind: 'keys', keys: [first, second] });
  });

  it('takes https anywhere, http on loopback hosts, and a path without a slash at its end', () => {
    const publicUrl = (value: string) => parse({ PUBLIC_URL: value }).config.publicUrl;
    assert.equal(publicUrl('https://Login.Example.com:443'), 'https://login.example.com');
    assert.equal(publicUrl('https://example.com/auth/v1'), 'https://example.com/auth/v1');
    assert.equal(publicUrl('http://127.0.0.1:8080'), 'http://127.0.0.1:8080');
    assert.equal(publicUrl('http://[::1]:8080'), 'http://[::1]:8080');
    assert.equal(publicUrl('http://app.localhost'), 'http://app.localhost');
    for (const wrong of [
      'http://login.example.com',
      'http://127.evil.example',
      'https://login.example.com/',
      'https://login.example.com?x=1',
      'https://login.example.com#x',
      'https://login.example.com/a b',
      'https://login.example.com//a',
      'ftp://login.example.com',
      'login.example.com',
      'javascript:alert(1)',
    ]) {
      assert.deepEqual(namesOf({ PUBLIC_URL: wrong }), ['PUBLIC_URL'], wrong);
    }
  });

  describe('mail', () => {
    const smtpOf = (url: string) =>
      parse({ SMTP_URL: url, MAIL_FROM: 'no-reply@login.example.com' }).secrets.smtp;

    it('requires STARTTLS of every host but a loopback one', () => {
      assert.deepEqual(smtpOf('smtp://Mail.Example.com'), {
        host: 'mail.example.com',
        port: 587,
        implicitTls: false,
        startTls: true,
        credentials: undefined,
        ca: undefined,
      });
      assert.equal(smtpOf('smtp://mail.example.com?starttls=off')?.startTls, false);
      for (const host of ['localhost', 'LOCALHOST', '127.0.0.1', '[::1]']) {
        assert.equal(smtpOf(`smtp://${host}:25`)?.startTls, false, host);
        assert.equal(smtpOf(`smtp://${host}:25?starttls=required`)?.startTls, true, host);
      }
      assert.equal(smtpOf('smtp://[2001:db8::1]:25')?.host, '2001:db8::1');
    });

    it('takes TLS from the start, and what is URL-encoded in a user and password', () => {
      assert.deepEqual(smtpOf('smtps://gate%40house:p%40ss%3Aword@mail.example.com/'), {
        host: 'mail.example.com',
        port: 465,
        implicitTls: true,
        startTls: false,
        credentials: { user: 'gate@house', password: 'p@ss:word' },
        ca: undefined,
      });
    });

    it('sends no password where anybody could read it', () => {
      const url = 'smtp://user:hunter2@mail.example.com?starttls=off';
      assert.match(problemsOf({ SMTP_URL: url })[0]?.found ?? '', /starttls=off/);
      assert.equal(smtpOf('smtp://user:hunter2@localhost')?.credentials?.password, 'hunter2');
    });

    it('refuses any other URL, address and certificate', () => {
      for (const wrong of [
        'mail.example.com',
        'http://mail.example.com',
        'smtp://',
        'smtp://mail.example.com/queue',
        'smtp://mail.example.com#x',
        'smtp://mail.example.com?starttls=maybe',
        'smtp://mail.example.com?ignoreTLS=true',
        'smtps://mail.example.com?starttls=off',
        'smtp://mail%20server',
        'smtp://user:%E0%A4%A@mail.example.com',
        'smtp://mail.example.com:99999',
      ]) {
        assert.deepEqual(
          namesOf({ SMTP_URL: wrong, MAIL_FROM: 'a@example.com' }),
          ['SMTP_URL'],
          wrong,
        );
      }
      for (const wrong of [
        'Gatehouse <a@example.com>',
        'a@example.com, b@example.com',
        'a b@example.com',
        '.a@example.com',
        'a..b@example.com',
        'a.@example.com',
        '@example.com',
        'a@',
        'a@-example.com',
        'ä@example.com',
        `${'a'.repeat(65)}@example.com`,
        'a@example.com\r\nBcc: b@example.com',
      ]) {
        assert.deepEqual(namesOf({ MAIL_FROM: wrong }), ['MAIL_FROM'], wrong);
      }
      const smtp = { SMTP_URL: 'smtp://mail.example.com', MAIL_FROM: 'a@example.com' };
      for (const wrong of [
        'certificate',
        '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      ]) {
        assert.deepEqual(namesOf({ ...smtp, SMTP_CA: wrong }), ['SMTP_CA'], wrong);
      }
      const { certificate } = LOOPBACK_CERTIFICATE;
      assert.deepEqual(namesOf({ SMTP_CA: certificate }), ['SMTP_CA']);
      assert.equal(parse({ ...smtp, SMTP_CA: certificate }).secrets.smtp?.ca, certificate);
    });

    it('needs its sender with SMTP_URL, and goes to the inbox or nowhere without it', () => {
      assert.deepEqual(namesOf({ SMTP_URL: 'smtp://mail.example.com' }), ['MAIL_FROM']);
      assert.deepEqual(parse({}).config.mail, { delivery: 'inbox', from: 'no-reply@localhost' });
      assert.equal(parse({ PLAYGROUND_PORT: '0' }).config.mail.delivery, 'off');
      assert.equal(parse(PRODUCTION).config.mail.delivery, 'off');
      const smtp = { SMTP_URL: 'smtp://mail.example.com', MAIL_FROM: 'a@example.com' };
      for (const env of [smtp, { ...PRODUCTION, ...smtp }]) {
        assert.deepEqual(parse(env).config.mail, { delivery: 'smtp', from: 'a@example.com' });
      }
    });
  });

  it('reads lists of addresses and blocks, of both families', () => {
    const { config } = parse({ TRUSTED_PROXIES: '10.0.0.0/8, 192.0.2.1 ,fd00::/8,::1' });
    assert.deepEqual(config.trustedProxies, ['10.0.0.0/8', '192.0.2.1/32', 'fd00::/8', '::1/128']);
    for (const wrong of [
      '10.0.0.0/33',
      'fd00::/129',
      'localhost',
      '10.0.0.0/8/8',
      '10.0.0.0/',
      ',',
    ]) {
      assert.deepEqual(namesOf({ OUTBOUND_ALLOW: wrong }), ['OUTBOUND_ALLOW'], wrong);
    }
  });

  it('refuses numbers that are not, and those out of range', () => {
    for (const wrong of ['0', '65536', '-1', '3e3', '3000 ', '0x10', '٣٠٠٠', 'NaN', '3.5']) {
      assert.deepEqual(namesOf({ PORT: wrong }), ['PORT'], wrong);
    }
  });

  it('wants connections for requests besides the two of upkeep', () => {
    assert.deepEqual(namesOf({ DATABASE_READ_URL: 'postgres://a@b/c' }), ['DATABASE_READ_URL']);
    assert.deepEqual(namesOf({ DATABASE_POOL_MAX: '2' }), ['DATABASE_POOL_MAX']);
    assert.equal(parse({ DATABASE_POOL_MAX: '3' }).config.database.poolMax, 3);
  });

  it('switches the playground off with 0, and refuses two servers on one port', () => {
    assert.equal(parse({ PLAYGROUND_PORT: '0' }).config.playgroundPort, undefined);
    assert.deepEqual(namesOf({ PORT: '3001' }), ['PLAYGROUND_PORT']);
    assert.deepEqual(namesOf({ ...PRODUCTION, PORT: '3001', ADMIN_PORT: '3001' }), ['ADMIN_PORT']);
    assert.equal(parse({ ...PRODUCTION, PORT: '3001' }).config.port, 3001);
  });

  it('freezes what it returns, all the way down', () => {
    const { config, secrets } = parse(PRODUCTION);
    for (const value of [config, config.database, config.redis, config.trustedProxies, secrets]) {
      assert.ok(Object.isFrozen(value));
    }
    assert.ok(Object.isFrozen(secrets.keyEncryptionKeys));
  });

  it('prints one line for each problem', () => {
    const { message } = errorOf({ PORT: 'x', LOG_LEVEL: 'y' });
    assert.equal(
      message,
      [
        'configuration: 2 problems',
        '  LOG_LEVEL: expected `error`, `warn`, `info` or `debug`; found "y"',
        '  PORT: expected a port from 1 to 65535; found "x"',
      ].join('\n'),
    );
  });
});
