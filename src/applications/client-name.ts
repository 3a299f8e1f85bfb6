import type { RegisteredClient } from './client.ts';

/** What people know a client by: its `client_name`, else its application's name. */
export function clientName({ metadata, application }: RegisteredClient): string {
  const name = metadata.client_name;
  return typeof name === 'string' && name.trim() !== '' ? name : application.name;
}
