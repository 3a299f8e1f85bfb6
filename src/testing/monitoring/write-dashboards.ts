import { writeFileSync } from 'node:fs';
import { renderDashboard } from './dashboard.ts';
import { DASHBOARDS } from './dashboards.ts';

/** Files of `deploy/grafana/dashboards`, and what they must hold; a test compares them. */
export function dashboardFiles(): { file: URL; text: string }[] {
  return DASHBOARDS.map((dashboard) => ({
    file: new URL(`../../../deploy/grafana/dashboards/${dashboard.uid}.json`, import.meta.url),
    text: `${JSON.stringify(renderDashboard(dashboard), null, 2)}\n`,
  }));
}

// Run by `npm run docs:dashboards`.
if (import.meta.main) {
  for (const { file, text } of dashboardFiles()) writeFileSync(file, text);
}
