/** A server that lets one client ask as often as it can. */
import { NO_ENDPOINT_LIMITS } from '../../http/endpoint-limiter.ts';
import { startServer } from '../../start-server.ts';

await startServer({ endpointLimits: NO_ENDPOINT_LIMITS });
