/** Bytes of an access token that every proxy on the way takes in a header. */
export const TOKEN_BUDGET_BYTES = 4 * 1024;

/** Bytes at which common proxies refuse a request for its headers alone. */
export const TOKEN_LIMIT_BYTES = 8 * 1024;
