/** A server whose keys live for seconds, so that a suite sees all of their lives. */
import { startServer } from '../../start-server.ts';
import { SHORT_KEY_TIMES } from './key-times.ts';

await startServer({ keyTimes: SHORT_KEY_TIMES, keyStagesSeconds: 1 });
