import { randomBytes } from 'node:crypto';
import { freePort } from '../free-port.ts';
import { startInstalledPostgres } from '../installed-postgres.ts';
import { startTestRedis } from '../redis.ts';
import type { BuiltImage } from './image-build.ts';
import { type ContainerOptions, runInContainer } from './image-container.ts';

/** What a container is given: settings in its environment, secrets as files. */
interface Given {
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

export interface ImageDeployment {
  readonly publicUrl: string;
  readonly given: Given;
  /**
   * Runs a command in a container of this deployment.
   *
   * @returns what it printed
   * @throws Error with all of it, when it does not end with 0
   */
  run(...command: string[]): Promise<string>;
  stop(): Promise<void>;
}

/** Settings with every secret in a file. */
export function givenBy(settings: {
  databaseUrl: string;
  redisUrl?: string;
  env?: Record<string, string>;
}): Given {
  const secrets = {
    database_url: settings.databaseUrl,
    key_encryption_keys: randomBytes(32).toString('base64'),
    ...(settings.redisUrl === undefined ? {} : { redis_url: settings.redisUrl }),
  };
  const files = Object.keys(secrets).map((name) => [
    `${name.toUpperCase()}_FILE`,
    `/run/secrets/${name}`,
  ]);
  return { env: { ...Object.fromEntries(files), ...settings.env }, secrets };
}

/** A PostgreSQL and a Redis for containers of an image, migrated and seeded by them. */
export async function startImageDeployment(image: BuiltImage): Promise<ImageDeployment> {
  const postgres = await startInstalledPostgres();
  const redis = await startTestRedis();
  const stop = async () => {
    await redis.stop();
    await postgres.stop();
  };
  try {
    await postgres.createDatabase('gatehouse');
    const port = String(await freePort());
    const publicUrl = `http://localhost:${port}`;
    const given = givenBy({
      databaseUrl: postgres.url('gatehouse'),
      redisUrl: redis.url,
      env: {
        PUBLIC_URL: publicUrl,
        PORT: port,
        ADMIN_PORT: String(await freePort()),
        SHUTDOWN_DELAY_SECONDS: '1',
      },
    });
    const run = async (...command: string[]) => {
      const { code, output } = await runInContainer(
        image,
        command,
        given satisfies ContainerOptions,
      );
      if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${output}`);
      return output;
    };
    await run('gatehouse', 'migrate');
    await run('gatehouse', 'seed', 'apply', 'dist/seeds/demo.yaml');
    return { publicUrl, given, run, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
