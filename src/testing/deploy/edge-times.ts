import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Manifest, ofKind } from './manifests.ts';
import { ROOT } from './trial.ts';

const NGINX = join(ROOT, 'deploy/nginx/gatehouse');
const ANNOTATION = 'nginx.ingress.kubernetes.io/proxy-read-timeout';

const INGRESS = z.looseObject({
  rules: z.array(
    z.looseObject({
      http: z.looseObject({ paths: z.array(z.looseObject({ path: z.string() })) }),
    }),
  ),
});
const HTTP_ROUTE = z.looseObject({
  rules: z.array(
    z.looseObject({
      matches: z.array(z.looseObject({ path: z.looseObject({ value: z.string() }) })).default([]),
      timeouts: z.looseObject({ request: z.string() }).optional(),
      backendRefs: z.array(z.unknown()).default([]),
    }),
  ),
});

/**
 * Whether the ways in of a cluster wait as long for a replica as `deploy/nginx` does: for a page, and
 * for a token. An Ingress that says no time of ingress-nginx is of another controller.
 *
 * @returns a sentence for each that does not
 */
export async function edgeTimeProblems(manifests: readonly Manifest[]): Promise<string[]> {
  const [page, token] = [await readTimeout('proxy.conf'), await readTimeout('token.conf')];
  const ingresses = ofKind(manifests, 'Ingress', INGRESS)
    .filter(({ annotations }) => ANNOTATION in annotations)
    .map(({ name, annotations, spec }) => ({
      name: `Ingress ${name}`,
      seconds: Number(annotations[ANNOTATION]),
      path: spec.rules[0]?.http.paths[0]?.path ?? '',
    }));
  const routes = ofKind(manifests, 'HTTPRoute', HTTP_ROUTE).flatMap(({ name, spec }) =>
    spec.rules
      .filter(({ backendRefs }) => backendRefs.length > 0)
      .map(({ matches, timeouts }) => ({
        name: `HTTPRoute ${name}`,
        seconds: Number(timeouts?.request.replace(/s$/, '')),
        path: matches[0]?.path.value ?? '',
      })),
  );
  return [...ingresses, ...routes].flatMap(({ name, seconds, path }) => {
    const wanted = path.includes('token') ? token : page;
    return seconds === wanted ? [] : [`${name} waits ${seconds} s, and deploy/nginx ${wanted}`];
  });
}

async function readTimeout(file: string): Promise<number> {
  const text = await readFile(join(NGINX, file), 'utf8');
  const [, seconds] = /^proxy_read_timeout (\d+)s;$/m.exec(text) ?? [];
  if (seconds === undefined) throw new Error(`${file} has no proxy_read_timeout`);
  return Number(seconds);
}
