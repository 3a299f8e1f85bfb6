import type { Metrics } from '../../telemetry/metrics.ts';

/**
 * Has something of everything happen that happens to a server seldom: a counter has no series before
 * it has counted.
 */
export async function troubledMetrics(metrics: Metrics): Promise<Metrics> {
  const turn = { task: 'retention', endedAt: new Date(), seconds: 0.1 } as const;
  metrics.observeMaintenance({ ...turn, outcome: 'failed' });
  metrics.observeMaintenance({ ...turn, outcome: 'ran' });
  metrics.countRetained({ artifacts: 20 });
  metrics.countProviderBuilt();
  metrics.observeTokenSize('access_token', 5_000);
  metrics.countLogoutNotification('retried');
  metrics.countEmailEvent('sign_in_code', 'bounced');
  metrics.countEmailEvent('sign_in_code', 'failed');
  for (const kind of ['refresh_token.reused', 'sign_in.throttled', 'second_factor.failed']) {
    metrics.countAuthEvent(kind);
  }
  metrics.countTokensIssued('refresh_token');
  metrics.countTokensRefused('invalid_grant');
  metrics.observeRequest({ method: 'POST', route: '/token', status: 503, seconds: 1 });
  metrics.watchDropped(() => ({ seq: 3 }));
  metrics.watchHashQueue(() => Promise.reject(new Error('a gauge that is left out')));
  // Counts the gauge that is left out.
  await metrics.render();
  return metrics;
}
