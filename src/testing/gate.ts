import type { ArtifactModel, ArtifactStore } from '../provider/artifact-store.ts';

/** What a gate can hold: the writes that follow the library's checks. */
export type HeldCall = `${'save' | 'consume'} ${ArtifactModel}`;

/** One call that is held open, before it reaches the store. */
interface Held {
  /** Resolves when the call has come. */
  readonly reached: Promise<void>;
  /** Lets it go on. */
  open(): void;
}

/** A gate in front of artifact stores: holds requests open in the middle of what they do. */
interface Gate {
  wrap(artifacts: ArtifactStore): ArtifactStore;
  /** Holds the next such call on any of the stores; those after it pass. */
  hold(call: HeldCall): Held;
}

export function createGate(): Gate {
  const waiting: { call: HeldCall; arrive: () => Promise<void> }[] = [];
  const pass = async (call: HeldCall) => {
    const at = waiting.findIndex((one) => one.call === call);
    const [held] = at === -1 ? [] : waiting.splice(at, 1);
    await held?.arrive();
  };
  return {
    wrap: (artifacts) => ({
      ...artifacts,
      async save(write) {
        await pass(`save ${write.model}`);
        return artifacts.save(write);
      },
      async consume(tenantId, model, key, options) {
        await pass(`consume ${model}`);
        return artifacts.consume(tenantId, model, key, options);
      },
    }),
    hold(call) {
      const reached = Promise.withResolvers<void>();
      const opened = Promise.withResolvers<void>();
      waiting.push({
        call,
        arrive() {
          reached.resolve();
          return opened.promise;
        },
      });
      return { reached: reached.promise, open: () => opened.resolve() };
    },
  };
}
