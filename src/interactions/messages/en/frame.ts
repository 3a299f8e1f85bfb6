/** What surrounds every page, and what any page may say. */

export const footer = {
  privacy: 'Privacy',
  terms: 'Terms',
  support: 'Help',
  imprint: 'Imprint',
  label: 'About this page',
};

/** Put before the title of a form that came back. */
export const errorTitle = (title: string) => `Error: ${title}`;

/** Names the menu in the footer for whoever cannot see what it is. */
export const language = { label: 'Language' };
