import type { Page, PageMenu } from '../../http/render-page.ts';
import type { Messages } from '../../interactions/messages/messages.ts';

/** The sections of the account page, in their order, and where they are below it. */
export const SECTIONS = {
  overview: '',
  profile: '/profile',
  email: '/email',
  password: '/password',
  methods: '/methods',
  sessions: '/sessions',
  applications: '/applications',
  activity: '/activity',
  data: '/data',
} as const satisfies Partial<Record<keyof Messages['accountPage']['sections'], string>>;

export type Section = keyof typeof SECTIONS;

/** What every page of an account needs to know besides its own. */
export interface AccountShell {
  /** Path of the account page. */
  readonly root: string;
  /** Where signing out begins. */
  readonly signOutHref: string;
  /** The person's time zone; undefined: UTC. */
  readonly timeZone: string | undefined;
  /** What has just been done. */
  readonly done: keyof Messages['accountPage']['done'] | undefined;
}

/** A page of an account: one of its sections, or a step inside one. */
export interface AccountPageContent {
  readonly template: string;
  readonly section: Section;
  /** Of a step inside the section; else the section's own. */
  readonly title?: string;
  /** What is wrong with a form that came back. */
  readonly problem?: string | undefined;
  readonly status?: number;
  readonly data: object;
}

/** Puts the account page's menu, way back and confirmation around a page. */
export function accountLayout(
  messages: Messages,
  shell: AccountShell,
  content: AccountPageContent,
): Page {
  const { accountPage, errorTitle } = messages;
  const { section, problem } = content;
  const title = content.title ?? accountPage.sections[section].title;
  const inside = content.title !== undefined;
  const [backTo, backText] = inside
    ? [SECTIONS[section], accountPage.sections[section].title]
    : ['', accountPage.title];
  return {
    template: content.template,
    title: problem === undefined ? title : errorTitle(title),
    status: content.status ?? (problem === undefined ? 200 : 422),
    formTargets: [],
    menu: accountMenu(messages, shell, section),
    data: {
      heading: title,
      back: { href: `${shell.root}${backTo}`, text: backText, inside },
      done: shell.done && accountPage.done[shell.done],
      problem,
      ...content.data,
    },
  };
}

function accountMenu(messages: Messages, shell: AccountShell, current: Section): PageMenu {
  const { accountPage } = messages;
  return {
    label: accountPage.title,
    skip: accountPage.skip,
    links: (Object.keys(SECTIONS) as Section[]).map((section) => ({
      text: accountPage.sections[section].title,
      href: `${shell.root}${SECTIONS[section]}`,
      current: section === current,
    })),
    leave: { text: accountPage.signOut, href: shell.signOutHref },
  };
}
