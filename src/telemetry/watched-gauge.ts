import { Gauge, type Registry } from 'prom-client';

/** A gauge that takes longer is left out of the scrape. */
const COLLECT_TIMEOUT_MS = 2000;

export type Read<T> = () => T | Promise<T>;

/**
 * Gauges whose values come from a source that is read at every scrape.
 *
 * One whose source fails or takes too long is left out of that scrape.
 *
 * @param onFailure - is told the name of each that is left out
 */
export function gaugeWatcher(registers: Registry[], onFailure: (name: string) => void) {
  return function watch<T, L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    read: Read<T>,
    set: (gauge: Gauge<L>, value: T) => void,
  ): void {
    let reading: Promise<T> | undefined;
    new Gauge<L>({
      name,
      help,
      labelNames,
      registers,
      async collect() {
        try {
          // Scrapes at the same time, and those after a stuck one, share one reading.
          reading ??= Promise.resolve()
            .then(read)
            .finally(() => {
              reading = undefined;
            });
          const value = await within(COLLECT_TIMEOUT_MS, reading);
          this.reset();
          set(this, value);
        } catch {
          // An unlabelled gauge resets to 0, which would be a lie: it goes altogether.
          this.reset();
          if (labelNames.length === 0) this.remove();
          onFailure(name);
        }
      },
    });
  };
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('the source took too long')), milliseconds);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
