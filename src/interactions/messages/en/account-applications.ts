import { isolate } from '../../../languages/display-text.ts';

/** What applications can do with a person's account, on their account page. */
export const accountApplications = {
  lead: 'These applications can use your account. What you take back ends at once.',
  none: 'No application has access to your account.',
  since: (date: string) => `Since ${date}`,
  lastUsed: (when: string) => `Last used ${when}`,
  ours: (site: string) => `Part of ${isolate(site)}: it may be used without asking you.`,
  able: 'What it can do',
  withdraw: 'Remove access',
  withdrawNamed: (application: string) => `Remove access of ${isolate(application)}`,
};
