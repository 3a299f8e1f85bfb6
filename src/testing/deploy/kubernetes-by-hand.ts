import { ensurePrograms } from '../debian-programs.ts';
import { type Manifest, type Pod, parseManifests, workloads } from './manifests.ts';
import { commandsOfManual } from './manual.ts';
import { ROOT, runProgram } from './trial.ts';

/** The block of docs/deploy.md that restores on Kubernetes, by its first line. */
export const RESTORE = 'kubectl() { command kubectl --namespace gatehouse "$@"; }';

/** The one that looks at it. */
export const LOOK =
  'in_backup_pod() { kubectl -n gatehouse exec -i pod/gatehouse-backup-by-hand -- "$@"; }';

/** What a pod by hand is made of there. */
const MADE_OF = ['CronJob backup', 'Deployment server'];

/** A pod that waits for commands, made of a CronJob or a Deployment by the file that is for it. */
export async function podByHand(manifest: Manifest): Promise<{ text: string; pod: Pod }> {
  await ensurePrograms({ '/usr/bin/jq': 'jq' });
  // As the API server says what it has.
  const input = JSON.stringify(manifest);
  const { stdout: text } = await runProgram('jq', ['-f', 'deploy/kubernetes/by-hand.jq'], {
    cwd: ROOT,
    input,
  });
  const [made] = workloads(parseManifests(text));
  if (made === undefined) throw new Error(`nothing is made of ${manifest.metadata.name}`);
  return { text, pod: made.pod };
}

/** Those that the commands of docs/deploy.md make, of what is applied. */
export async function podsByHand(
  manifests: readonly Manifest[],
): Promise<{ text: string; pod: Pod }[]> {
  const chosen = manifests.filter((one) => {
    const [workload] = workloads([one]);
    const component = workload?.labels['app.kubernetes.io/component'];
    return MADE_OF.includes(`${one.kind} ${component}`);
  });
  if (chosen.length !== MADE_OF.length) throw new Error(`there are ${chosen.length} of ${MADE_OF}`);
  return Promise.all(chosen.map(podByHand));
}

/**
 * The commands that a block has in a pod by hand, as they stand there.
 *
 * @param first - line of the block
 * @param pod - what the block calls the way into it
 * @returns each with the name of the file that is its standard input
 */
export async function commandsByHand(
  first: typeof RESTORE | typeof LOOK,
  pod: 'in_backup_pod' | 'in_server_pod',
): Promise<readonly { command: string; file: string | undefined }[]> {
  const lines = (await commandsOfManual(first)).replaceAll('\\\n', '').split('\n');
  const found = lines
    .filter((line) => line.startsWith(`${pod} `))
    .map((line) => {
      const words = line.slice(pod.length + 1).replace(/ +# .*/, '');
      const [, command = words, file] = /^(.*) <(\S+)$/.exec(words) ?? [];
      // What is printed goes into a file out here.
      return { command: command.replace(/ >[^\s']+$/, ''), file };
    });
  if (found.length === 0) throw new Error(`docs/deploy.md runs nothing by ${pod}`);
  return found;
}

/**
 * Objects that the block names and that are neither there nor made by it.
 *
 * @param manifests - what is applied, with what it makes
 */
export async function namesNowhere(manifests: readonly Manifest[]): Promise<string[]> {
  const there = manifests.flatMap(({ kind, metadata }) => {
    const own = `${kind.toLowerCase()}/${metadata.name}`;
    return kind === 'StatefulSet' ? [own, `pod/${metadata.name}-0`] : [own];
  });
  const block = await commandsOfManual(RESTORE);
  const named = block.match(/\b(cronjob|deployment|pod)\/[\w-]+/g) ?? [];
  return named.filter((name) => !there.includes(name));
}
