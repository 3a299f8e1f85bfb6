/** What each means to shells: 128 and its number. */
const EXIT_CODES = { SIGTERM: 143, SIGINT: 130 } as const;

/**
 * Makes SIGTERM and SIGINT end this process at once, until the returned function is called.
 *
 * By itself any process ends so but the first one of a container (PID 1): it gets no signal that it
 * did not ask for, and whoever stops it waits in vain until it is killed.
 */
export function endOnSignal(): () => void {
  const endings = Object.entries(EXIT_CODES).map(([signal, code]) => ({
    signal,
    end: () => process.exit(code),
  }));
  for (const { signal, end } of endings) process.on(signal, end);
  return () => {
    for (const { signal, end } of endings) process.off(signal, end);
  };
}
