import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { noteTaken } from '../deploy/manual.ts';
import { ROOT } from '../deploy/trial.ts';

/** What docs/deploy.md has an operator run, as it stands there. */
export interface Manual {
  /** Makes the files of `components/secret-files`. */
  readonly secrets: string;
  /** Brings a release into staging. */
  readonly release: string;
  /** URL of a Redis Cluster. */
  readonly redisCluster: string;
  readonly alerts: string;
  /** Installs the chart, and asks it. */
  readonly helm: string;
  readonly helmRollback: string;
}

const PLACES: Readonly<Record<keyof Manual, RegExp>> = {
  secrets: /^For `secret-files`:\n\n```sh\n(.*?)```/ms,
  release: /^Then, and again with each release[^\n]*\n\n```sh\n(.*?)```/ms,
  redisCluster: /^`(redis-cluster:\/\/[^`]*)`/m,
  alerts: /`(deploy\/kubernetes\/prometheus-rule\.sh \w+ \| kubectl [^`]*)`/,
  helm: /^```sh\n(kubectl create namespace gatehouse\n.*?)```/ms,
  helmRollback: /`(helm [^`]*rollback [^`]*)`/,
};

/** @throws Error when it has no such command */
export async function readManual(): Promise<Manual> {
  const whole = await readFile(join(ROOT, 'docs/deploy.md'), 'utf8');
  const text = /^## Kubernetes\n.*?(?=^## )/ms.exec(whole)?.[0] ?? '';
  const find = (name: keyof Manual): string => {
    const found = PLACES[name].exec(text)?.[1];
    if (found === undefined) throw new Error(`docs/deploy.md has no commands of ${name}`);
    return found;
  };
  const block = (name: keyof Manual): string => {
    const commands = find(name);
    noteTaken(commands);
    return commands;
  };
  // Each is taken by whoever runs it.
  return {
    get secrets() {
      return block('secrets');
    },
    get release() {
      return block('release');
    },
    get helm() {
      return block('helm');
    },
    redisCluster: find('redisCluster'),
    alerts: find('alerts'),
    helmRollback: find('helmRollback'),
  };
}
