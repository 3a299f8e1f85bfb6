import { METHODS } from 'node:http';
import { Router, type RouterContext } from '@koa/router';
import type { Middleware } from 'koa';
import type { RequestState } from './request-state.ts';

/** What a table of routes says of each, for the router. */
export interface PagePath {
  readonly method: 'GET' | 'POST';
  /** In the router's form, such as `/interaction/:uid`. */
  readonly path: string;
}

/**
 * The routes of a table as one middleware: pages, which answer their errors as pages. What no route
 * matches goes on; a method that a path does not take is a 405 with those it does.
 *
 * @param pathOf - the path to match, inside the tenant
 * @param serve - answers; `ctx.params` holds what the path names
 */
export function routeByPath<State extends RequestState, Route extends PagePath>(
  routes: readonly Route[],
  pathOf: (state: State) => string,
  serve: (route: Route, ctx: RouterContext<State>) => Promise<void>,
): Middleware<State> {
  const router = new Router<State>({ exclusive: true, methods: METHODS });
  for (const route of routes) {
    router.register(route.path, [route.method], async (ctx) => {
      ctx.state.route = route.path;
      ctx.state.errorForm = 'page';
      await serve(route, ctx);
    });
  }
  const matched = router.routes();
  const answerOtherMethods = router.allowedMethods();

  return async (ctx, next) => {
    // The router's own name for "match on this instead of the whole path".
    ctx.newRouterPath = pathOf(ctx.state);
    await matched(ctx as unknown as Parameters<typeof matched>[0], async () => {
      if (ctx.matched.length === 0) return next();
      ctx.state.errorForm = 'page';
      await answerOtherMethods(ctx as unknown as Parameters<typeof answerOtherMethods>[0], next);
    });
  };
}
