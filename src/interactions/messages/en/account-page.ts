/** What surrounds the pages of a person's own account, and the first of them. */
export const accountPage = {
  title: 'Your account',
  skip: 'Skip to the page',
  signOut: 'Sign out',
  /** The sections, as headings and as links that lead there. */
  sections: {
    overview: { title: 'Overview', detail: '' },
    profile: { title: 'Profile', detail: 'Name, language, phone and address' },
    email: { title: 'Email address', detail: 'Where we write to you' },
    password: { title: 'Password', detail: 'Set a new one' },
    methods: {
      title: 'Ways to sign in',
      detail: 'Passkeys, second step, recovery codes',
    },
    sessions: {
      title: 'Where you are signed in',
      detail: 'Browsers and devices, and signing out of them',
    },
    applications: {
      title: 'Applications with access',
      detail: 'What they can do, and taking it back',
    },
    activity: { title: 'Recent activity', detail: 'What happened to your account, and when' },
    data: { title: 'Your data', detail: 'Download it, or delete your account' },
  },
  /** What has been done, on the page that comes after. */
  done: {
    profile_saved: 'Your profile is saved.',
    email_change_begun: 'Check your mail. The change waits for what is listed here.',
    email_code_sent: 'Another code is on its way. The one before it no longer works.',
    email_change_cancelled: 'The address stays as it is.',
    email_proved: 'The new address is confirmed.',
    email_changed: 'Your email address is changed.',
    email_confirmed: 'Your email address is confirmed.',
    password_changed: 'Your password is changed, and every other browser is signed out.',
    app_added: 'Your app is set up. From now on we ask for its codes.',
    app_removed: 'The app is removed. Its codes no longer work.',
    recovery_codes_saved: 'Keep your recovery codes where only you find them.',
    passkey_added: 'Your passkey is added. You can sign in with it now.',
    passkey_renamed: 'The name is saved.',
    passkey_removed: 'The passkey is removed. Delete it from your device, too.',
    browser_forgotten: 'That browser is forgotten.',
    browsers_forgotten: 'All browsers are forgotten.',
    account_connected: 'The account is connected. You can sign in with it now.',
    account_disconnected: 'The account is disconnected.',
    session_ended: 'That browser is signed out.',
    sessions_ended: 'Every other browser is signed out.',
    access_removed: 'The application has no access to your account any more.',
  },

  refused: {
    title: 'You are not signed in',
    text: 'You left before the sign-in was complete. Your account is as it was.',
    again: 'Sign in',
  },
  noCookie: {
    title: 'This browser keeps no cookies',
    text: 'You have signed in, but the browser did not keep it. Allow cookies for this site, then try again.',
    again: 'Try again',
  },
};
