import { randomBytes } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { ConfigurationError } from '../../config/configuration-error.ts';
import { parseConfig } from '../../config/parse-config.ts';
import { VARIABLE_NAMES, type VariableName } from '../../config/variables.ts';

/** Of each secret that a file holds, one that configuration takes. */
const SAMPLES: Readonly<Partial<Record<VariableName, string>>> = {
  DATABASE_URL: 'postgres://gatehouse:password@database.example.com/gatehouse',
  REDIS_CA: rootCertificates[0] ?? '',
  REDIS_URL: 'redis://gatehouse:password@redis.example.com:6379',
  KEY_ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
  SMTP_URL: 'smtp://gatehouse:password@mail.example.com:587',
  DATABASE_READ_URL: 'postgres://gatehouse_app:password@replica.example.com:5432/gatehouse',
  SENTRY_DSN: 'https://key@sentry.example.com/1',
};

/**
 * Whether the server takes the variables that it is given: every name, every file, all together.
 *
 * @param files - paths of the files that it finds
 * @returns a sentence for each problem
 */
export function serverSettingProblems(
  environment: Readonly<Record<string, string>>,
  files: readonly string[],
): string[] {
  const { values, problems } = readSettings(environment, files);
  return [...problems, ...configurationProblems(values)];
}

type Values = Partial<Record<VariableName, string>>;

function readSettings(
  environment: Readonly<Record<string, string>>,
  files: readonly string[],
): { values: Values; problems: string[] } {
  const values: Values = {};
  const problems: string[] = [];
  for (const [variable, value] of Object.entries(environment)) {
    const known = VARIABLE_NAMES.find((one) => variable === one || variable === `${one}_FILE`);
    if (known === undefined) problems.push(`nothing reads ${variable}`);
    else if (variable === known) values[known] = value;
    else if (value !== '') {
      values[known] = SAMPLES[known] ?? '';
      if (!files.includes(value)) problems.push(`${variable} is ${value}: no such file`);
    }
  }
  return { values, problems };
}

function configurationProblems(values: Values): string[] {
  try {
    parseConfig({ values, problems: [] });
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return [error.message];
    throw error;
  }
}
