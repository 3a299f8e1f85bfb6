/** Where a tenant's document is, below its issuer. */
export const API_DESCRIPTION_PATH = '/openapi.json';
