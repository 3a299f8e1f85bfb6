import { rawRequest } from './serve-app.ts';

/**
 * A `fetch` for hosts that only a deployment's proxy knows: every request goes to one port of
 * this machine, with the `Host` that it was addressed to, and whatever else such a proxy says.
 *
 * Redirects are not followed.
 */
export function fetchThrough(
  port: number,
  proxyHeaders: Record<string, string> = {},
): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, { ...init, redirect: 'manual' });
    const url = new URL(request.url);
    const headers = { ...Object.fromEntries(request.headers), ...proxyHeaders, host: url.host };
    const body = Buffer.from(await request.arrayBuffer());
    const answer = await rawRequest(port, {
      method: request.method,
      path: `${url.pathname}${url.search}`,
      headers: body.length === 0 ? headers : { ...headers, 'content-length': String(body.length) },
      body,
    });
    const received = new Headers();
    for (const [name, value] of Object.entries(answer.headers)) {
      for (const one of [value ?? []].flat()) received.append(name, one);
    }
    const empty = [204, 304].includes(answer.status);
    return new Response(empty ? null : answer.body, { status: answer.status, headers: received });
  };
}
