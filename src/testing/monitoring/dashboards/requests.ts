import type { Dashboard } from '../dashboard.ts';
import { quantile, rateOf } from './queries.ts';

export const REQUESTS: Dashboard = {
  uid: 'gatehouse-requests',
  title: 'Gatehouse: requests',
  description: 'How many, how fast and how well, by route. Routes are patterns, never paths.',
  rows: [
    {
      title: 'All',
      panels: [
        {
          title: 'Requests by route',
          description: 'Of all replicas.',
          kind: 'stacked',
          unit: 'reqps',
          queries: [
            { expr: rateOf('http_requests_total{job="gatehouse"}', 'route'), legend: '{{route}}' },
          ],
        },
        {
          title: 'Errors of ours by route',
          description: '5xx; 503 is said on purpose. Runbook: server-errors.',
          kind: 'stacked',
          unit: 'reqps',
          queries: [
            {
              expr: rateOf('http_requests_total{job="gatehouse",status=~"5.."}', 'route, status'),
              legend: '{{route}} {{status}}',
            },
          ],
        },
        {
          title: 'Refused by route',
          description: '4xx: what clients and people did wrong. 429: too many requests.',
          kind: 'stacked',
          unit: 'reqps',
          queries: [
            {
              expr: rateOf('http_requests_total{job="gatehouse",status=~"4.."}', 'route, status'),
              legend: '{{route}} {{status}}',
            },
          ],
        },
        {
          title: 'p99 by kind of request',
          description: 'What the alert GatehouseSlow looks at. Runbook: slow-answers.',
          unit: 's',
          queries: [
            {
              expr: 'gatehouse:http_request_duration_seconds:p99_5m{job="gatehouse"}',
              legend: '{{group}}',
            },
          ],
        },
      ],
    },
    {
      title: 'How long answers take, by route',
      panels: [
        {
          title: 'p50',
          description: 'Half of the answers are faster.',
          unit: 's',
          width: 24,
          queries: [{ expr: quantile(0.5, ['route']), legend: '{{route}}' }],
        },
        {
          title: 'p95',
          description: 'Nineteen in twenty are faster.',
          unit: 's',
          width: 24,
          queries: [{ expr: quantile(0.95, ['route']), legend: '{{route}}' }],
        },
        {
          title: 'p99',
          description: 'Ninety-nine in a hundred are faster.',
          unit: 's',
          width: 24,
          queries: [{ expr: quantile(0.99, ['route']), legend: '{{route}}' }],
        },
      ],
    },
  ],
};
