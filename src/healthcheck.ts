/**
 * `node dist/src/healthcheck.js`: ends with 0 when the server of the same environment lives, with 1
 * when it does not. The image's HEALTHCHECK: it has no other program that could ask.
 */
import { readEnv } from './config/read-env.ts';
import { askLiveness } from './http/ask-liveness.ts';

/** Less than the time that HEALTHCHECK gives it (5 s). */
const TIMEOUT_MS = 4000;

// Nothing else of the environment matters: a server that lives has been satisfied with it.
const { HOST: host = '0.0.0.0', PORT: port = '3000' } = readEnv().values;
process.exitCode = (await askLiveness({ host, port, timeoutMs: TIMEOUT_MS })) ? 0 : 1;
