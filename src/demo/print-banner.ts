import type { Config } from '../config/config.ts';

/** Tells a newcomer where to go; the log lines around it are for operators. */
export function printBanner(
  config: Pick<Config, 'publicUrl' | 'dataDir'>,
  playgroundUrl: string | undefined,
  options: { inbox: boolean } = { inbox: false },
): void {
  const lines = [
    '',
    '  Gatehouse is running.',
    '',
    ...(playgroundUrl === undefined
      ? []
      : [
          `  Try it      ${playgroundUrl}`,
          '              sign in as alice with alice-demo-password',
          ...(options.inbox ? [`  Mail        ${playgroundUrl}/inbox`] : []),
          '',
        ]),
    `  Issuer      ${config.publicUrl}`,
    `  Discovery   ${config.publicUrl}/.well-known/openid-configuration`,
    `  Data        ${config.dataDir} (an embedded PostgreSQL: for a look, not for production)`,
    '',
    '  Stop it with Ctrl-C; "npm start" goes on where you left off.',
    '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
