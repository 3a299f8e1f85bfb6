/**
 * KEY_ENCRYPTION_KEYS as configured: 32-byte keys, base64 or base64url, comma-separated; the first
 * seals, all open. On the embedded default without the variable: a file in DATA_DIR, created with
 * mode 0600 at the first start.
 */
export type SealingKeySource =
  | { readonly kind: 'keys'; readonly keys: readonly Buffer[] }
  | { readonly kind: 'file'; readonly path: string };
