/**
 * A small server that shows hosted pages as they are, each under its name, without accounts,
 * sessions or stores behind them.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import Koa from 'koa';
import { createPageAssets } from '../http/page-assets.ts';
import { createPageRenderer, type Page, type PageFrame } from '../http/render-page.ts';

export const VIEWS = fileURLToPath(new URL('../../views/', import.meta.url));

/** @returns the server's origin, where there are passkeys, and `close` for `after` */
export async function servePages(
  frame: PageFrame,
  pages: Readonly<Record<string, Page>>,
): Promise<{ origin: string; close: () => Promise<void> }> {
  const assets = await createPageAssets(`${VIEWS}assets`, '');
  const render = await createPageRenderer(VIEWS, assets);
  const app = new Koa();
  app.use(assets.middleware);
  app.use((ctx) => {
    const page = pages[ctx.path.slice(1)];
    if (page !== undefined) render(ctx, frame, page);
  });
  const server = createServer(app.callback());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://localhost:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
