import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunningContainer } from './container.ts';
import type { PodContainer, PodProbe } from './pod-object.ts';

/** What probes have found out about a container. */
interface Health {
  started: boolean;
  ready: boolean;
}

/**
 * Asks a container's probes as a kubelet does: first the one of its start alone, then both others, each
 * at its period. Returns once the container has to be ended (`true`) or `stop` is aborted (`false`).
 *
 * @param told - after each change of `health`
 */
export async function askProbes(options: {
  container: PodContainer;
  address: string;
  running: Pick<RunningContainer, 'exec'>;
  health: Health;
  told: () => void;
  stop: AbortSignal;
}): Promise<boolean> {
  const { container, health, told, stop } = options;
  const { startupProbe, livenessProbe, readinessProbe } = container;
  const ask = (probe: PodProbe) => askOnce(probe, options);
  const set = (change: Partial<Health>) => {
    Object.assign(health, change);
    told();
  };
  try {
    if (startupProbe !== undefined && !(await untilDecided(startupProbe, ask, stop))) return true;
    set({ started: true, ...(readinessProbe === undefined ? { ready: true } : {}) });
    const lives = async () => {
      if (livenessProbe === undefined) return untilAborted(stop);
      await follow(livenessProbe, ask, stop, (well) => !well);
      return !stop.aborted;
    };
    const serves = async () => {
      if (readinessProbe === undefined) return untilAborted(stop);
      await follow(readinessProbe, ask, stop, (ready) => {
        if (ready !== health.ready) set({ ready });
        return false;
      });
      return false;
    };
    return await Promise.race([lives(), serves()]);
  } catch (error) {
    if (stop.aborted) return false;
    throw error;
  }
}

/** @returns whether it has succeeded; false: it has failed as often as it may */
async function untilDecided(
  probe: PodProbe,
  ask: (probe: PodProbe) => Promise<boolean>,
  stop: AbortSignal,
): Promise<boolean> {
  await delay(probe.initialDelaySeconds * 1000, undefined, { signal: stop });
  for (let failures = 0; failures < probe.failureThreshold; failures += 1) {
    if (await ask(probe)) return true;
    await delay(probe.periodSeconds * 1000, undefined, { signal: stop });
  }
  return false;
}

/** Tells of each answer that its thresholds let count, until it is told `true`. */
async function follow(
  probe: PodProbe,
  ask: (probe: PodProbe) => Promise<boolean>,
  stop: AbortSignal,
  tell: (well: boolean) => boolean,
): Promise<void> {
  await delay(probe.initialDelaySeconds * 1000, undefined, { signal: stop });
  let row = 0;
  let before: boolean | undefined;
  while (!stop.aborted) {
    const well = await ask(probe);
    row = well === before ? row + 1 : 1;
    before = well;
    const counts = row >= (well ? probe.successThreshold : probe.failureThreshold);
    if (counts && tell(well)) return;
    await delay(probe.periodSeconds * 1000, undefined, { signal: stop });
  }
}

function untilAborted(stop: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    stop.addEventListener('abort', () => resolve(false), { once: true });
  });
}

async function askOnce(
  probe: PodProbe,
  { container, address, running }: Parameters<typeof askProbes>[0],
): Promise<boolean> {
  const { httpGet, tcpSocket, exec, timeoutSeconds } = probe;
  const portOf = (port: string | number) =>
    typeof port === 'number'
      ? port
      : (container.ports.find(({ name }) => name === port)?.containerPort ?? 0);
  const timeout = timeoutSeconds * 1000;
  if (exec !== undefined) return running.exec(exec.command, timeoutSeconds);
  if (tcpSocket !== undefined) {
    const socket = connect({ host: address, port: portOf(tcpSocket.port), timeout });
    return new Promise((resolve) => {
      const end = (answer: boolean) => {
        socket.destroy();
        resolve(answer);
      };
      socket.once('connect', () => end(true));
      socket.once('timeout', () => end(false));
      socket.once('error', () => end(false));
    });
  }
  return httpAnswers(address, portOf(httpGet?.port ?? 0), httpGet?.path ?? '/', timeout);
}

/** Anything from 200 to 399 is a yes. */
function httpAnswers(host: string, port: number, path: string, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeout);
    const asked = request({ host, port, path, agent: false, signal }, (answer) => {
      answer.resume();
      const { statusCode = 0 } = answer;
      resolve(statusCode >= 200 && statusCode < 400);
    });
    asked.once('error', () => resolve(false));
    asked.end();
  });
}
