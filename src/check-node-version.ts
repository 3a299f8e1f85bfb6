import { GatehouseError } from './errors.ts';

/** The oldest major version that runs the sources as they are. */
const OLDEST_MAJOR = 24;

/**
 * Refuses a Node.js that is too old. The npm scripts bring the right one where there is a build of
 * it; elsewhere (macOS), and when `node` is called directly, it is the machine's own.
 *
 * @param version - `process.versions.node`
 * @throws GatehouseError `node_too_old`
 */
export function checkNodeVersion(version: string): void {
  const major = Number.parseInt(version, 10);
  if (major >= OLDEST_MAJOR) return;
  throw new GatehouseError(
    'node_too_old',
    `Gatehouse needs Node.js ${OLDEST_MAJOR} or later, this is ${version}. ` +
      'Start it with "npm start", or install a newer Node.js.',
  );
}
