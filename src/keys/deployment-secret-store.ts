/**
 * The deployment's own sealed secrets (cookie signing keys, peppers), which all replicas share.
 *
 * A version is written once and never changed (it may be sealed under another key), so that
 * replicas that start together agree: the one whose `insert` answers true made the secret, the
 * others list again. Throws StorageUnavailableError.
 */
export interface DeploymentSecretStore {
  /** Newest first. */
  list(purpose: string): Promise<{ version: number; sealed: string }[]>;
  /** False when that version exists: then nothing was written. */
  insert(purpose: string, version: number, sealed: string): Promise<boolean>;
  /** No error when that version is not there. */
  remove(purpose: string, version: number): Promise<void>;
}
