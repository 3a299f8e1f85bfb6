import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { ConfigurationError } from './configuration-error.ts';
import { parseConfig } from './parse-config.ts';
import { readEnv } from './read-env.ts';

const KEY = '0123456789abcdef';
const parse = (env: NodeJS.ProcessEnv) => parseConfig(readEnv(env));

/** What is wrong with an environment, as the operator reads it. */
function problemsOf(env: NodeJS.ProcessEnv): string[] {
  try {
    parse(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map(({ name, found }) => `${name}: ${found}`);
  }
}

describe('the variables of telemetry', () => {
  it('switch everything off when they are not set', () => {
    const { config, secrets } = parse({});
    assert.deepEqual(secrets.telemetry, { otlp: undefined, seq: undefined, sentry: undefined });
    assert.deepEqual(config.traceSampling, { sampler: 'parentbased_always_on', ratio: 1 });
  });

  it('name a collector, Seq and an error tracker, each behind a path if it is', () => {
    const { config, secrets } = parse({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.internal:4318/otlp/',
      OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Basic%20YTpi, x-scope=one',
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
      SEQ_URL: 'http://seq:5341',
      SEQ_API_KEY: KEY,
      SENTRY_DSN: `https://${KEY}@errors.example/below/7`,
    });
    assert.deepEqual(config.traceSampling, { sampler: 'parentbased_traceidratio', ratio: 0.25 });
    assert.deepEqual(secrets.telemetry, {
      otlp: {
        url: 'https://collector.internal:4318/otlp/v1/traces',
        headers: { authorization: 'Basic YTpi', 'x-scope': 'one' },
      },
      seq: { url: 'http://seq:5341', apiKey: KEY },
      sentry: { url: 'https://errors.example/below/api/7/envelope/', publicKey: KEY },
    });
    assert.doesNotMatch(JSON.stringify(config) + inspect(config, { depth: 9 }), /YTpi|01234567/);
  });

  it('are refused with what was found, and never with a secret', () => {
    for (const [env, found] of [
      [{ SEQ_URL: 'seq:5341' }, 'SEQ_URL: "seq:5341"'],
      [{ SEQ_URL: `http://a:${KEY}@seq` }, 'SEQ_URL: a URL with a user or password (not shown)'],
      [
        { SEQ_URL: 'http://seq?apiKey=1' },
        'SEQ_URL: "http://seq?apiKey=1", with a query or fragment',
      ],
      [{ SEQ_API_KEY: KEY }, 'SEQ_API_KEY: a key (not shown)'],
      [
        { SEQ_URL: 'http://seq', SEQ_API_KEY: `${KEY}\nX-Other: 1` },
        'SEQ_API_KEY: something else (not shown)',
      ],
      [
        { OTEL_EXPORTER_OTLP_ENDPOINT: 'grpc://c:4317' },
        'OTEL_EXPORTER_OTLP_ENDPOINT: "grpc://c:4317"',
      ],
      [
        { OTEL_EXPORTER_OTLP_HEADERS: `a=1,${KEY}` },
        'OTEL_EXPORTER_OTLP_HEADERS: header 2 is something else (not shown)',
      ],
      [
        { OTEL_EXPORTER_OTLP_HEADERS: 'a=1%0d%0aX-Other:1' },
        'OTEL_EXPORTER_OTLP_HEADERS: header 1 is something else (not shown)',
      ],
      [{ OTEL_TRACES_SAMPLER: 'sometimes' }, 'OTEL_TRACES_SAMPLER: "sometimes"'],
      [{ OTEL_TRACES_SAMPLER_ARG: '1.5' }, 'OTEL_TRACES_SAMPLER_ARG: "1.5"'],
      [{ SENTRY_DSN: 'errors.example' }, 'SENTRY_DSN: something else (not shown)'],
      [
        { SENTRY_DSN: 'https://errors.example/7' },
        'SENTRY_DSN: a URL without a plain key (not shown)',
      ],
      [
        { SENTRY_DSN: `https://${KEY}:x@e.example/7` },
        'SENTRY_DSN: a URL with a secret key (not shown)',
      ],
      [
        { SENTRY_DSN: `https://${KEY}@e.example/` },
        'SENTRY_DSN: a URL that ends with no project (not shown)',
      ],
      [
        { SENTRY_DSN: `https://${KEY}@e.example/7?a` },
        'SENTRY_DSN: a URL with a query or fragment (not shown)',
      ],
    ] as const) {
      assert.deepEqual(problemsOf(env), [found]);
    }
  });
});
