/**
 * A variable of the environment that is no setting of ours: seed files name the ones that hold
 * their secrets.
 */
export function environmentVariable(name: string): string | undefined {
  return process.env[name];
}
