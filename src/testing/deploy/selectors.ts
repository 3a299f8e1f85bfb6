import { z } from 'zod';
import type { Workload } from './manifests.ts';

const LABELS = z.record(z.string(), z.string());

/** A name of a port, or its number. */
export const PORT = z.union([z.string(), z.number()]);

/** Which pods, by their labels. */
export const SELECTOR = z.looseObject({
  matchLabels: LABELS.default({}),
  matchExpressions: z
    .array(
      z.looseObject({ key: z.string(), operator: z.literal('In'), values: z.array(z.string()) }),
    )
    .default([]),
});
export type Selector = z.infer<typeof SELECTOR>;

/** What stands before pods. */
export const SERVICE = z.looseObject({
  selector: LABELS,
  ports: z.array(z.looseObject({ name: z.string(), port: z.number(), targetPort: PORT })),
});

/** Whether one of its containers has it. */
export function hasPort(pod: Workload['pod'], port: string | number): boolean {
  return pod.containers
    .flatMap(({ ports }) => ports)
    .some(({ name, containerPort }) => port === name || port === containerPort);
}

export function selects(
  { matchLabels, matchExpressions }: Selector,
  labels: Workload['labels'],
): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, values }) => values.includes(labels[key] ?? ''))
  );
}
