import type { ArtifactModel, ArtifactStore } from '../provider/artifact-store.ts';

/** A call that a test stopped at the door of the store. */
export interface HeldCall {
  /** Resolves when the call has come. */
  readonly reached: Promise<void>;
  /** Lets it through; it sees the store as it is then. */
  release(): void;
}

/** An artifact store in which single calls can be held open: what happens "in between" is then certain. */
interface HeldArtifacts {
  wrap(artifacts: ArtifactStore): ArtifactStore;
  /** Holds the next such call, and no other. */
  hold(method: 'save' | 'find' | 'consume' | 'destroy', model: ArtifactModel): HeldCall;
}

export function createHeldArtifacts(): HeldArtifacts {
  const waiting = new Map<string, { reached: () => void; gate: Promise<void> }>();
  const pass = async (method: string, model: ArtifactModel) => {
    const held = waiting.get(`${method} ${model}`);
    waiting.delete(`${method} ${model}`);
    held?.reached();
    await held?.gate;
  };
  return {
    wrap: (artifacts) => ({
      ...artifacts,
      async save(write) {
        await pass('save', write.model);
        return artifacts.save(write);
      },
      async find(tenantId, model, key) {
        await pass('find', model);
        return artifacts.find(tenantId, model, key);
      },
      async consume(tenantId, model, key, options) {
        await pass('consume', model);
        return artifacts.consume(tenantId, model, key, options);
      },
      async destroy(tenantId, model, key) {
        await pass('destroy', model);
        return artifacts.destroy(tenantId, model, key);
      },
    }),
    hold(method, model) {
      const reached = Promise.withResolvers<void>();
      const gate = Promise.withResolvers<void>();
      waiting.set(`${method} ${model}`, { reached: reached.resolve, gate: gate.promise });
      return { reached: reached.promise, release: gate.resolve };
    },
  };
}

/** One method of any store whose calls can be held open in the same way. */
export function holdCalls() {
  let next: { reached: () => void; gate: Promise<void> } | undefined;
  return {
    wrap<Input extends unknown[], Output>(method: (...input: Input) => Promise<Output>) {
      return async (...input: Input): Promise<Output> => {
        const held = next;
        next = undefined;
        held?.reached();
        await held?.gate;
        return method(...input);
      };
    },
    /** Holds the next call, and no other. */
    hold(): HeldCall {
      const reached = Promise.withResolvers<void>();
      const gate = Promise.withResolvers<void>();
      next = { reached: reached.resolve, gate: gate.promise };
      return { reached: reached.promise, release: gate.resolve };
    },
  };
}
