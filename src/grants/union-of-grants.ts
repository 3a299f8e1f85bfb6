import type { GrantRequest } from './recorded-grant.ts';

/** Everything that any of them allows, sorted. */
export function unionOf(requests: readonly GrantRequest[]): GrantRequest {
  const resourceScopes: Record<string, string[]> = {};
  for (const request of requests) {
    for (const [resource, scopes] of Object.entries(request.resourceScopes)) {
      resourceScopes[resource] = sorted([...(resourceScopes[resource] ?? []), ...scopes]);
    }
  }
  return {
    scopes: sorted(requests.flatMap(({ scopes }) => scopes)),
    claims: sorted(requests.flatMap(({ claims }) => claims)),
    resourceScopes,
  };
}

function sorted(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
