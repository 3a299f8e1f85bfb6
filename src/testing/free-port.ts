import { createServer } from 'node:net';

/**
 * Finds a port of 127.0.0.1 that nobody listens on now. Somebody may take it before the caller
 * does: listen on port 0 instead wherever the server under test can.
 */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
