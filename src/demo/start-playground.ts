import type { RequestListener } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config/config.ts';
import { closeServer, createHttpServer, listen } from '../http/create-http-server.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { BrandingPreview } from './branding-preview.ts';
import { PLAYGROUND_CLIENT_ID, PLAYGROUND_RESOURCE, SECOND_TENANT } from './demo-seed.ts';
import type { PlaygroundInbox } from './inbox.ts';
import { createPlayground } from './playground.ts';

/** Beside `src/`, or beside it in `dist/`. */
const VIEWS = fileURLToPath(new URL('../../views', import.meta.url));

/** Addresses of this machine that no other one reaches. */
const LOOPBACK = /^(?:127\.[\d.]+|::1|localhost)$/;

/** A playground that listens. */
export interface RunningPlayground {
  /** Its address, for people. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts the playground for the demo seed on its own port (without one: on a free one); the issuer
 * need not be up yet.
 *
 * It is for people at this machine and listens there alone, wherever the server does: it shows
 * everybody's mail, and with that every link to a new password, to whoever asks.
 *
 * @throws ListenError when the port is taken
 */
export async function startPlayground(options: {
  config: Pick<Config, 'publicUrl' | 'host' | 'playgroundPort'>;
  inbox?: PlaygroundInbox | undefined;
  preview?: BrandingPreview | undefined;
  logger: Logger;
  now: () => Date;
}): Promise<RunningPlayground> {
  const { publicUrl, host, playgroundPort = 0 } = options.config;
  const { inbox, preview, logger, now } = options;
  const clientId = PLAYGROUND_CLIENT_ID;
  let serve: RequestListener = (_req, res) => void res.writeHead(503).end();
  const server = createHttpServer((req, res) => serve(req, res));
  const here = LOOPBACK.test(host) ? host : '127.0.0.1';
  const at = { what: 'PLAYGROUND_PORT', host: here, port: playgroundPort };
  const url = `http://localhost:${(await listen(server, at)).port}`;
  const { listener } = await createPlayground({
    issuer: publicUrl,
    clientId,
    issuers: [
      { name: 'Gatehouse Demo', issuer: publicUrl, clientId },
      { name: SECOND_TENANT.name, issuer: `${publicUrl}/t/${SECOND_TENANT.slug}`, clientId },
    ],
    baseUrl: url,
    resource: PLAYGROUND_RESOURCE,
    inbox,
    preview,
    viewsDir: VIEWS,
    now,
    logger,
  });
  serve = listener;
  return { url, close: () => closeServer(server) };
}
