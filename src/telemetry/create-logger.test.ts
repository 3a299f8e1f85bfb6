import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { createLogger, type LogDestination } from './create-logger.ts';
import type { LogLevel } from './logger.ts';

const NOW = new Date('2026-03-01T12:34:56.789Z');

function setUp(options: { level?: LogLevel; production?: boolean; terminal?: boolean } = {}) {
  const stream = new PassThrough();
  const destination: LogDestination = Object.assign(stream, { isTTY: options.terminal ?? false });
  const logger = createLogger({
    level: options.level ?? 'info',
    ...(options.production !== undefined && { production: options.production }),
    destination,
    now: () => NOW,
  });
  const text = () => String(stream.read() ?? '');
  return { logger, stream, text };
}

describe('createLogger', () => {
  it('writes one JSON object on a line, with the time in ISO 8601', () => {
    const { logger, text } = setUp();
    logger.info('request', { route: '/token', status: 200, nothing: undefined });
    logger.warn('two\nlines');
    const lines = text().split('\n');
    assert.equal(lines.length, 3);
    assert.deepEqual(JSON.parse(lines[0] ?? ''), {
      time: '2026-03-01T12:34:56.789Z',
      level: 'info',
      message: 'request',
      route: '/token',
      status: 200,
    });
    assert.equal(JSON.parse(lines[1] ?? '').message, 'two\nlines');
  });

  it('writes its own level and the graver ones', () => {
    for (const [level, written] of [
      ['error', ['error']],
      ['warn', ['error', 'warn']],
      ['info', ['error', 'warn', 'info']],
      ['debug', ['error', 'warn', 'info', 'debug']],
    ] as const) {
      const { logger, text } = setUp({ level });
      for (const name of ['error', 'warn', 'info', 'debug'] as const) logger[name](name);
      const messages = text()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).message);
      assert.deepEqual(messages, written);
    }
  });

  it('does not let a field replace what belongs to the line', () => {
    const { logger, text } = setUp();
    logger.info('real', { message: 'false', level: 'error', time: 'never', splat: 1 });
    assert.partialDeepStrictEqual(JSON.parse(text()), {
      message: 'real',
      level: 'info',
      time: NOW.toISOString(),
      message_: 'false',
      level_: 'error',
      time_: 'never',
    });
  });

  it('redacts fields and scrubs the message', () => {
    const { logger, text } = setUp();
    logger.error('failed for password=hunter2x', {
      password: 'hunter2x',
      error: new Error('Bearer hunter2xABC'),
    });
    const line = text();
    assert.ok(!line.includes('hunter2'), line);
  });

  it('is readable on a terminal outside production, and nowhere else', () => {
    const readable = setUp({ terminal: true });
    readable.logger.info('ready', { url: 'http://localhost:3000', note: 'two words', n: 1 });
    assert.equal(
      readable.text(),
      '12:34:56 info  ready url=http://localhost:3000 note="two words" n=1\n',
    );
    const production = setUp({ terminal: true, production: true });
    production.logger.info('ready');
    assert.equal(JSON.parse(production.text()).message, 'ready');
  });

  it('shows an error with its causes and stack on a terminal', () => {
    const { logger, text } = setUp({ terminal: true });
    const error = new Error('outer', { cause: new TypeError('inner') });
    logger.error('failed', { error });
    const [head, ...frames] = text().trimEnd().split('\n');
    assert.equal(head, '12:34:56 error failed error="Error: outer", because "TypeError: inner"');
    assert.ok(frames.length > 0 && frames.every((frame) => /^\s+at /.test(frame)));
  });

  it('lets no control character reach a terminal', () => {
    const { logger, text } = setUp({ terminal: true });
    logger.info('a\u001b[31m\nforged line', { b: '\u001b[2J\u009b\u202e', c: { d: '\r\n' } });
    const line = text();
    assert.doesNotMatch(line.slice(0, -1), /[\p{Cc}\p{Cf}]/u);
    assert.equal(line.split('\n').length, 2);
  });

  it('goes on when the destination has gone away', async () => {
    const { logger, stream } = setUp();
    const closed = new Promise((resolve) => stream.once('close', resolve));
    stream.destroy(new Error('EPIPE'));
    await closed;
    logger.info('nobody reads this');
    logger.info('nor this');
  });
});
