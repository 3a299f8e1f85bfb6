/** What a person proved with a password: the only authentication context class that there is yet. */
export const ACR_PASSWORD = 'urn:gatehouse:acr:password';
