import type { Dashboard } from '../dashboard.ts';
import { PERCENTILES, rateOf } from './queries.ts';

export const OVERVIEW: Dashboard = {
  uid: 'gatehouse-overview',
  title: 'Gatehouse: overview',
  description: 'Is all well? Everything here in a few numbers; the other dashboards say why.',
  rows: [
    {
      title: 'Now',
      panels: [
        {
          title: 'Replicas',
          description: 'Replicas that answer Prometheus. Runbook: replica-down.',
          kind: 'stat',
          unit: 'none',
          queries: [{ expr: 'gatehouse:replicas:up{job="gatehouse"}', legend: 'up' }],
          below: 'red',
          thresholds: [
            { at: 1, colour: 'orange' },
            { at: 2, colour: 'green' },
          ],
        },
        {
          title: 'Errors of ours',
          description: 'Share of requests answered with 5xx. Runbook: server-errors.',
          kind: 'stat',
          unit: 'percentunit',
          queries: [
            {
              expr: 'max(gatehouse:http_errors:share5m{job="gatehouse"}) or vector(0)',
              legend: '5xx',
            },
          ],
          thresholds: [
            { at: 0.005, colour: 'orange' },
            { at: 0.02, colour: 'red' },
          ],
        },
        {
          title: 'Tokens, p99',
          description: 'One in a hundred token requests takes longer. Runbook: slow-answers.',
          kind: 'stat',
          unit: 's',
          queries: [
            {
              expr: 'gatehouse:http_request_duration_seconds:p99_5m{job="gatehouse",group="tokens"}',
              legend: 'p99',
            },
          ],
          thresholds: [
            { at: 0.5, colour: 'orange' },
            { at: 1, colour: 'red' },
          ],
        },
        {
          title: 'Sessions',
          description: 'People who are signed in, over all tenants.',
          kind: 'stat',
          unit: 'short',
          queries: [{ expr: 'max(redis_sessions_active{job="gatehouse"})', legend: 'sessions' }],
        },
        {
          title: 'Oldest message',
          description:
            'How long the mail that waits longest has been waiting. Runbook: mail-not-sent.',
          kind: 'stat',
          unit: 's',
          queries: [
            {
              expr: 'max(email_outbox{job="gatehouse",measure="oldest_seconds"})',
              legend: 'waits',
            },
          ],
          thresholds: [
            { at: 120, colour: 'orange' },
            { at: 600, colour: 'red' },
          ],
        },
        {
          title: 'Certificate',
          description:
            'When the first certificate at the edge expires. Runbook: certificate-expires.',
          kind: 'stat',
          unit: 's',
          queries: [
            {
              expr: 'min(probe_ssl_earliest_cert_expiry{job="edge"}) - time()',
              legend: 'expires in',
            },
          ],
          below: 'red',
          thresholds: [
            { at: 3 * 86_400, colour: 'orange' },
            { at: 14 * 86_400, colour: 'green' },
          ],
        },
        {
          title: 'Alerts',
          description: 'What fires now; each alert carries the address of its runbook.',
          kind: 'table',
          unit: 'none',
          width: 24,
          queries: [
            {
              expr: 'sum by (alertname, severity, instance) (ALERTS{alertname=~"Gatehouse.*",alertstate="firing"})',
              legend: '{{alertname}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Traffic',
      panels: [
        {
          title: 'Requests by status',
          description: 'All requests of all replicas. 499: the caller went away first.',
          kind: 'stacked',
          unit: 'reqps',
          queries: [
            {
              expr: rateOf('http_requests_total{job="gatehouse"}', 'status'),
              legend: '{{status}}',
            },
          ],
        },
        {
          title: 'How long answers take',
          description: 'Over all routes; half of the answers, 19 in 20, and 99 in 100 are faster.',
          unit: 's',
          queries: PERCENTILES,
        },
        {
          title: 'Sign-ins',
          description:
            'Somebody proved who they are, failed to, or was refused for trying too often.',
          unit: 'ops',
          queries: [
            {
              expr: rateOf('auth_events_total{job="gatehouse",kind=~"sign_in[.].*"}', 'kind'),
              legend: '{{kind}}',
            },
          ],
        },
        {
          title: 'Tokens per second',
          description: 'Answers of the token endpoint that have tokens, by grant type.',
          kind: 'stacked',
          unit: 'ops',
          queries: [
            {
              expr: rateOf('tokens_issued_total{job="gatehouse"}', 'grant_type'),
              legend: '{{grant_type}}',
            },
          ],
        },
      ],
    },
  ],
};
