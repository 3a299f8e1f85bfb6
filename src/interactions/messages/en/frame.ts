/** What surrounds every page, and what any page may say. */

export const footer = {
  privacy: 'Privacy',
  terms: 'Terms',
  support: 'Help',
  label: 'About this page',
};

/** Put before the title of a form that came back. */
export const errorTitle = (title: string) => `Error: ${title}`;

/** A length of time, rounded up, in words. */
export function wait(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  const hours = Math.ceil(minutes / 60);
  if (seconds <= 60) return seconds === 1 ? '1 second' : `${seconds} seconds`;
  if (minutes < 60) return `${minutes} minutes`;
  return hours === 1 ? '1 hour' : `${hours} hours`;
}
