/** What the exit code of a command says. Scripts depend on these. */
export const EXIT = {
  /** Done, or nothing to do. */
  ok: 0,
  /** Something is wrong; what it is stands on stderr. */
  error: 1,
  /** `seed plan`, `migrate --status` and `keys reseal --dry-run`: changes are pending. */
  pending: 2,
  /** The command line itself is wrong. EX_USAGE of sysexits.h */
  usage: 64,
  /** The configuration is wrong. EX_CONFIG of sysexits.h */
  configuration: 78,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
