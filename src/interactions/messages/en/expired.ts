import { isolate } from '../../../languages/display-text.ts';

export const expired = {
  title: 'This sign-in has expired',
  text: 'It was open for too long, was already finished, or this browser no longer has its cookies.',
  next: 'Go back to the application and start again.',
  nextClient: (client: string) => `Go back to ${isolate(client)} and start again.`,
  back: (client: string) => `Back to ${isolate(client)}`,
};
