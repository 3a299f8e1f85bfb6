/**
 * `node inside.ts STORY BROUGHT`: tells one story over a cluster. This process is the first of process
 * ids, mounts and a network of its own, so all that it starts and writes ends with it (`cluster.ts`).
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { helmStory } from './helm-story.ts';
import { kustomizeStory } from './kustomize-story.ts';
import { pipelineStory } from './pipeline-story.ts';
import { type Brought, startWorld } from './world.ts';

const STORIES = { kustomize: kustomizeStory, helm: helmStory, pipeline: pipelineStory };

export type Story = keyof typeof STORIES;

const [story = '', brought = ''] = process.argv.slice(2);
if (story !== 'kustomize' && story !== 'helm' && story !== 'pipeline') {
  throw new Error(`there is no story ${story}`);
}
const home = await mkdtemp(join(tmpdir(), 'cluster-'));
const world = await startWorld(home, JSON.parse(brought) as Brought);
try {
  process.stdout.write(await STORIES[story](world));
} catch (error) {
  const state = await world.shell('kubectl get all,events -A').catch(String);
  const pods = typeof state === 'string' ? state : state.stdout;
  const { kubelet, control } = world;
  process.stderr.write(`${pods}\n${kubelet.output('')}\n${await control.logs()}\n`);
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
} finally {
  await world.stop();
}
// The rest ends with the process ids.
process.exit();
