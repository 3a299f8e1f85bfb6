import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { pollUntil } from '../poll.ts';
import type { EngineMachine } from './engine-machine.ts';
import { ROOT } from './trial.ts';

const VISIT = join(ROOT, 'src/testing/deploy/engine-visit.ts');
const SIGNED_IN = z.object({ sub: z.string() });
const MEANWHILE = z.object({ done: z.number(), failed: z.array(z.string()) });

/** People who come to what a machine serves, from the machine itself. */
export interface People {
  /** Alice of the demo seed signs in at its web application, and her token is verified. */
  signIn(): Promise<void>;
  /** Somebody makes an account with the link of an invitation. */
  accept(link: string): Promise<void>;
  /**
   * Alice signs in again and again while something is done.
   *
   * @returns how often she did
   * @throws Error with each time that she could not
   */
  meanwhile(work: () => Promise<void>): Promise<number>;
}

/**
 * @param options.issuer - where they come to
 * @param options.certificate - file of the certificate that they trust besides
 */
export function peopleOf(
  machine: EngineMachine,
  { issuer, certificate }: { issuer: string; certificate?: string },
): People {
  const env = certificate === undefined ? {} : { NODE_EXTRA_CA_CERTS: certificate };
  const visit = async (...what: string[]): Promise<unknown> => {
    const command = ['node', VISIT, ...what].map((word) => `'${word}'`).join(' ');
    return JSON.parse((await machine.run(command, { env })).stdout);
  };
  return {
    async signIn() {
      SIGNED_IN.parse(await visit('sign-in', issuer));
    },
    async accept(link) {
      const seen = z
        .object({ status: z.literal(200), heading: z.string() })
        .safeParse(await visit('invitation', link, 'You', 'a password of some length'));
      if (!seen.success) throw new Error(`the invitation: ${seen.error.message}`);
    },
    async meanwhile(work) {
      const alice = machine.spawn(['node', VISIT, 'meanwhile', issuer], env);
      const printed = Promise.all([text(alice.stdout), text(alice.stderr)]);
      const ended = once(alice, 'close');
      try {
        await work();
      } finally {
        alice.stdin.end();
        await ended;
      }
      const [said, complained] = await printed;
      const last = said.trim().split('\n').at(-1) ?? '';
      if (last === '') throw new Error(complained);
      const { done, failed } = MEANWHILE.parse(JSON.parse(last));
      if (failed.length > 0 || done === 0)
        throw new Error(`${failed.length} of ${done}: ${failed.join('\n')}`);
      return done;
    },
  };
}

/** Waits until a line of bash ends with 0 in there. */
export async function until(
  machine: EngineMachine,
  line: string,
  deadlineMs: number,
): Promise<void> {
  await pollUntil(() => machine.run(line).then(() => true), { deadlineMs, everyMs: 250 });
}
