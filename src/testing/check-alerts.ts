/**
 * `npm run check:alerts`: has promtool check `deploy/prometheus/alerts.yml` and play what
 * `alerts.test.yml` beside it says of it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { findPromtool } from './promtool.ts';

const DIRECTORY = fileURLToPath(new URL('../../deploy/prometheus', import.meta.url));

const promtool = await findPromtool();
for (const args of [
  ['check', 'rules', 'alerts.yml'],
  ['test', 'rules', 'alerts.test.yml'],
]) {
  const child = spawn(promtool, args, { cwd: DIRECTORY, stdio: 'inherit' });
  const [code] = await once(child, 'close');
  if (code !== 0) process.exitCode = 1;
}
