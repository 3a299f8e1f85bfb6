/**
 * One text for every path that a router here may take for the same route.
 *
 * The routers match without regard to case, and with or without a slash at the end; what stands
 * before them may also decode percent-encoded letters and fold doubled slashes. This does all of
 * it, so that whatever reaches a route has the route's own canonical path. It is more lenient than
 * they are: a path that reaches nothing may look like one that does, never the other way round.
 *
 * For limits and classes alone; routing goes by the path as it came.
 *
 * @param path - without query, not decoded
 * @returns lower case, one slash in front, none at the end (`/` alone is itself); total, idempotent
 *   but for doubly encoded paths
 */
export function canonicalPath(path: string): string {
  // Routes are ASCII: other encoded bytes cannot be part of one, malformed ones stay as they are.
  const decoded = path.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const single = `/${decoded}`.replace(/\/+/g, '/').toLowerCase();
  return single.length > 1 && single.endsWith('/') ? single.slice(0, -1) : single;
}
