import { isolate } from '../../../languages/display-text.ts';

/** What a person takes along, and how their account ends. */
export const accountData = {
  downloadTitle: 'A copy of your data',
  downloadText:
    'One file with everything that is stored of your account: profile, ways to sign in, sessions, applications, activity. No password is in it.',
  download: 'Download my data',
  deleteTitle: 'Close your account',
  deleteText: 'Everything that is stored of it is removed, for good.',
  toDelete: 'Delete my account',
};

export const deleteAccount = {
  title: 'Delete your account',
  lead: (site: string) =>
    `Your account at ${isolate(site)} will be gone for good. Nobody can bring it back.`,
  profile: 'Your profile and your ways to sign in are deleted.',
  access: 'You are signed out everywhere, and no application has access any more.',
  elsewhere: 'What applications have stored of you stays with them. Ask them to delete it.',
  copyFirst: 'Do you want a copy? Download your data first.',
  sure: 'I know that this cannot be undone',
  missing: 'Confirm that you know this cannot be undone.',
  submit: 'Delete my account',
  keep: 'Keep my account',
  doneTitle: 'Your account is deleted',
  doneText: 'Everything that was stored of it is gone. Goodbye.',
};
