import type { Delivery } from './bounded-sender.ts';

/** Answers that say "try again". 408 and 425 are the connection's fault, 429 and 5xx the server's. */
const LATER = new Set([408, 425, 429]);

/** How long a receiver is left alone that said "too many" and not for how long. Milliseconds. */
const QUIET_MS = 60_000;

/**
 * Hands a batch to a receiver of the operator's: wherever its address leads, it was configured. No
 * redirect is followed, for credentials are among the headers.
 *
 * @returns the answer's headers beside what became of it
 * @throws whatever `fetch` throws when there is no answer
 */
export async function post(
  url: string,
  message: { headers: Record<string, string>; body: string; signal: AbortSignal },
): Promise<{ delivery: Delivery; headers: Headers }> {
  const answer = await fetch(url, { method: 'POST', redirect: 'manual', ...message });
  await answer.body?.cancel();
  const { status, headers } = answer;
  return { headers, delivery: deliveryOf(status, headers.get('retry-after')) };
}

function deliveryOf(status: number, retryAfter: string | null): Delivery {
  if (status >= 200 && status < 300) return { outcome: 'taken' };
  const reason = `answered with ${status}`;
  if (!LATER.has(status) && status < 500) return { outcome: 'refused', reason };
  const given = quietMsOf(retryAfter);
  const quietMs = given ?? (status === 429 ? QUIET_MS : undefined);
  return { outcome: 'later', reason, ...(quietMs !== undefined && { quietMs }) };
}

/**
 * Seconds, or a date.
 *
 * @see RFC 9110, section 10.2.3
 */
export function quietMsOf(retryAfter: string | null): number | undefined {
  if (retryAfter === null) return undefined;
  if (/^\d{1,9}(\.\d+)?$/.test(retryAfter)) return Number(retryAfter) * 1000;
  const at = Date.parse(retryAfter);
  return Number.isNaN(at) ? undefined : Math.max(at - Date.now(), 0);
}
