/** What `backup.sh` tells of the newest backup, as node_exporter passes it on. */
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backupScripts } from '../backup/scripts.ts';
import { createTestCli } from '../cli.ts';
import { startInstalledPostgres } from '../installed-postgres.ts';
import { FOREIGN_METRICS } from '../monitoring/exporter-metrics.ts';
import { type RunningProgram, startExporter } from '../monitoring/programs.ts';
import { debianProgram } from './debian.ts';

const MADE = 'gatehouse_backup_last_success_timestamp_seconds';
const SIZE = 'gatehouse_backup_size_bytes';

/** @returns what was seen */
export async function tryBackupMetrics(): Promise<string> {
  const program = 'prometheus-node-exporter';
  await debianProgram({ package: program, program });
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-backup-metrics-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(home, { recursive: true, force: true })];
  try {
    const postgres = await startInstalledPostgres();
    closers.push(() => postgres.stop());
    await postgres.createDatabase('gatehouse');
    const cli = createTestCli({ databaseUrl: postgres.url('gatehouse') });
    assert.equal((await cli.run('migrate')).code, 0);
    const scripts = await backupScripts(home, postgres.bin);
    const told = join(home, 'told');
    await mkdir(told);
    const exporter = await startExporter('node', {
      args: [
        '--collector.disable-defaults',
        '--collector.textfile',
        `--collector.textfile.directory=${told}`,
      ],
    });
    closers.push(() => exporter.stop());

    const upload = join(home, 'upload');
    const uploadEnds = async (code: number) => {
      await writeFile(upload, `#!/bin/sh\nexit ${code}\n`);
      await chmod(upload, 0o700);
    };
    const file = join(told, 'gatehouse.prom');
    const backUp = () =>
      scripts.run('backup', {
        ...postgres.variables('gatehouse'),
        BACKUP_UPLOAD: upload,
        BACKUP_METRICS_FILE: file,
      });
    await uploadEnds(1);
    assert.equal((await backUp()).code, 3);
    assert.deepEqual(await metricsOf(exporter), {}, 'what was not uploaded counts');
    await uploadEnds(0);
    const before = Math.floor(Date.now() / 1000);
    const { code, stdout, stderr } = await backUp();
    assert.equal(code, 0, stderr);
    // Whoever backs up is not the one who reads it.
    assert.equal((await stat(file)).mode & 0o777, 0o644);
    const seen = await metricsOf(exporter);
    assert.deepEqual(Object.keys(seen).toSorted(), ownNames());
    const made = seen[MADE] ?? 0;
    assert.ok(made >= before && made <= Date.now() / 1000, `it was made at ${made}`);
    assert.equal(seen[SIZE], (await stat(stdout.trim())).size);

    await uploadEnds(1);
    assert.equal((await backUp()).code, 3);
    assert.deepEqual(await metricsOf(exporter), seen, 'a later one that failed took its place');
    return `${ownNames().length} metrics through node_exporter, of ${seen[SIZE]} bytes; of what is not uploaded none`;
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

/** Those that alerts and dashboards ask for. */
function ownNames(): string[] {
  return Object.keys(FOREIGN_METRICS)
    .filter((name) => FOREIGN_METRICS[name]?.of === 'backup.sh')
    .toSorted();
}

async function metricsOf({ url }: RunningProgram): Promise<Record<string, number>> {
  const page = await (await fetch(`${url}/metrics`)).text();
  assert.match(page, /^node_textfile_scrape_error 0$/m);
  return Object.fromEntries(
    [...page.matchAll(/^(gatehouse_\w+) (\S+)$/gm)].map(([, name, value]) => [name, Number(value)]),
  );
}
