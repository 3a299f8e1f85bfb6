import type { Dashboard } from '../dashboard.ts';
import { rateOf } from './queries.ts';

export const SIGN_INS: Dashboard = {
  uid: 'gatehouse-sign-ins',
  title: 'Gatehouse: sign-ins, tokens, mail',
  description: 'Who gets in, who does not and why, what is issued, and what is sent.',
  rows: [
    {
      title: 'Sign-ins',
      panels: [
        {
          title: 'Sign-ins by outcome',
          description:
            'sign_in.failed rises and sign_in.succeeded does not fall: somebody guesses. Runbook: sign-ins-fail.',
          unit: 'ops',
          queries: [
            {
              expr: rateOf('auth_events_total{job="gatehouse",kind=~"sign_in[.].*"}', 'kind'),
              legend: '{{kind}}',
            },
          ],
        },
        {
          title: 'Failures by kind',
          description: 'Everything that somebody was refused, by kind of audit event.',
          kind: 'stacked',
          unit: 'ops',
          queries: [
            {
              expr: rateOf(
                'auth_events_total{job="gatehouse",kind=~".*[.](failed|sign_in_failed|throttled|refused|denied|access_denied|authentication_failed|replayed|reused|clone_suspected)"}',
                'kind',
              ),
              legend: '{{kind}}',
            },
          ],
        },
        {
          title: 'Refused, and what is usual',
          description:
            'The alert compares refused sign-ins with five times the mean of the day before.',
          unit: 'ops',
          queries: [
            { expr: 'gatehouse:sign_ins_refused:rate10m{job="gatehouse"}', legend: 'refused' },
            {
              expr: '5 * avg_over_time(gatehouse:sign_ins_refused:rate10m{job="gatehouse"}[1d] offset 1h)',
              legend: 'five times the usual',
            },
          ],
        },
        {
          title: 'Second factors and passkeys',
          description: 'Used, failed, added and removed.',
          unit: 'ops',
          queries: [
            {
              expr: rateOf(
                'auth_events_total{job="gatehouse",kind=~"(second_factor|passkey|recovery_codes|email_code)[.].*"}',
                'kind',
              ),
              legend: '{{kind}}',
            },
          ],
        },
        {
          title: 'Sessions',
          description: 'People who are signed in, over all tenants.',
          unit: 'short',
          queries: [{ expr: 'max(redis_sessions_active{job="gatehouse"})', legend: 'sessions' }],
        },
        {
          title: 'Accounts and consents',
          description:
            'What people and operators did to accounts, and what was allowed or withdrawn.',
          unit: 'ops',
          queries: [
            {
              expr: rateOf(
                'auth_events_total{job="gatehouse",kind=~"(account|consent|upstream)[.].*"}',
                'kind',
              ),
              legend: '{{kind}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Tokens',
      panels: [
        {
          title: 'Tokens per second by grant',
          description: 'Answers of the token endpoint that have tokens.',
          kind: 'stacked',
          unit: 'ops',
          queries: [
            {
              expr: rateOf('tokens_issued_total{job="gatehouse"}', 'grant_type'),
              legend: '{{grant_type}}',
            },
          ],
        },
        {
          title: 'Refusals by error',
          description: 'Errors of RFC 6749 at the token endpoint. Runbook: tokens-refused.',
          kind: 'stacked',
          unit: 'ops',
          queries: [
            { expr: rateOf('tokens_refused_total{job="gatehouse"}', 'error'), legend: '{{error}}' },
          ],
        },
        {
          title: 'Revoked, replayed, reused',
          description:
            'Grants and tokens that ended before their time; reuse is theft or a client that is wrong. Runbook: stolen-tokens.',
          unit: 'ops',
          queries: [
            {
              expr: rateOf(
                'auth_events_total{job="gatehouse",kind=~"token[.]revoked|grant[.]revoked|authorization_code[.]replayed|refresh_token[.]reused"}',
                'kind',
              ),
              legend: '{{kind}}',
            },
          ],
        },
        {
          title: 'Largest tokens',
          description: 'Past 4 KiB a proxy may refuse an access token. Runbook: tokens-too-large.',
          unit: 'bytes',
          queries: [
            {
              expr: 'max by (kind) (token_size_largest_bytes{job="gatehouse"})',
              legend: '{{kind}}',
            },
          ],
          thresholds: [{ at: 4096, colour: 'red' }],
        },
      ],
    },
    {
      title: 'Mail',
      panels: [
        {
          title: 'Messages by outcome',
          description:
            'deferred is tried again, failed and bounced are not. Runbook: mail-not-sent.',
          kind: 'stacked',
          unit: 'ops',
          queries: [
            {
              expr: rateOf('email_events_total{job="gatehouse"}', 'outcome'),
              legend: '{{outcome}}',
            },
          ],
        },
        {
          title: 'Messages by kind',
          description: 'What is sent to people.',
          kind: 'stacked',
          unit: 'ops',
          queries: [
            { expr: rateOf('email_events_total{job="gatehouse"}', 'kind'), legend: '{{kind}}' },
          ],
        },
        {
          title: 'Messages that wait',
          description: 'Counted up to 10,000.',
          unit: 'short',
          queries: [
            { expr: 'max(email_outbox{job="gatehouse",measure="queued"})', legend: 'queued' },
          ],
        },
        {
          title: 'Oldest message',
          description: 'How long the one that waits longest has been waiting.',
          unit: 's',
          queries: [
            {
              expr: 'max(email_outbox{job="gatehouse",measure="oldest_seconds"})',
              legend: 'waits',
            },
          ],
          thresholds: [{ at: 600, colour: 'red' }],
        },
      ],
    },
  ],
};
