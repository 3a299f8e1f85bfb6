import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, describe, it } from 'node:test';
import { isProcessGone, killProcess } from '../embedded-servers.ts';
import { pollUntil } from '../poll.ts';

const DEADLINE_MS = 20_000;
const moduleOf = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);

const NEVER_ENDS = `
  console.log('cleans up');
  await new Promise((resolve) => setTimeout(resolve, 60_000));
`;

const started: ChildProcess[] = [];
after(async () => {
  for (const child of started) await killProcess(child);
});

/** A process that begins a program, which it misses, waits in vain, and then cleans up. */
async function startCheck(
  cleanUp: string,
  patienceMs?: number,
): Promise<{
  child: ChildProcess;
  program: number;
  output(): string;
}> {
  const check = `
    import { spawn } from 'node:child_process';
    import { heedSignals } from ${moduleOf('signals.ts')};
    import { pollUntil } from ${moduleOf('../poll.ts')};
    const exitCode = heedSignals(${patienceMs ?? ''});
    const program = spawn('sh', ['-c', 'echo $$; exec sleep 60'], { stdio: 'inherit' });
    program.once('exit', () => {
      throw new Error('nobody listens');
    });
    try {
      await pollUntil(() => false, { deadlineMs: 60_000 });
    } catch (error) {
      ${cleanUp}
      console.log(error.message + ', and cleaned up');
    }
    process.exit(await exitCode());
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', check], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  const program = await pollUntil(() => Number(/^(\d+)\n/.exec(output)?.[1] ?? 0) || undefined, {
    deadlineMs: DEADLINE_MS,
  });
  return { child, program, output: () => output };
}

describe('a signal to a check', () => {
  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const) {
    it(`ends what it has begun and has it clean up: ${signal}`, async () => {
      const { child, program, output } = await startCheck('');
      const closed = once(child, 'close');
      child.kill(signal);
      assert.deepEqual(await once(child, 'exit'), [code, null]);
      assert.ok(await isProcessGone(program));
      await closed;
      assert.match(output(), new RegExp(`ended by ${signal}, and cleaned up\n$`));
    });
  }

  it('ends it when its clean-ups do not end', async () => {
    const { child, output } = await startCheck(NEVER_ENDS, 100);
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    assert.deepEqual(await closed, [143, null]);
    assert.match(output(), /not all of it has ended\n$/);
  });

  it('ends it at once when another has come before, and not together with it', async () => {
    const { child, output } = await startCheck(NEVER_ENDS);
    child.kill('SIGINT');
    child.kill('SIGINT');
    await pollUntil(() => output().includes('cleans up'), { deadlineMs: DEADLINE_MS });
    await pollUntil(() => !child.kill('SIGINT') || child.exitCode !== null, {
      deadlineMs: DEADLINE_MS,
      everyMs: 100,
    });
    assert.equal(child.exitCode, 130);
  });
});
