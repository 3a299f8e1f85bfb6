import { displayName } from '../languages/display-text.ts';
import { harmlessName } from './harmless-name.ts';
import type { Letter, LetterPart } from './letter.ts';
import type {
  CodeData,
  LinkData,
  MailContent,
  MailKind,
  RequestOrigin,
  SecurityNotice,
} from './mail.ts';
import { mailAddress, maskedAddress } from './mail-address.ts';
import type { MailMessages } from './messages/en.ts';
import { webAddress } from './web-address.ts';

/** Codes are typed: nothing else can be one. */
const CODE = /^[0-9A-Za-z-]{4,32}$/;
/** Such as an IPv6 address. */
const NETWORK_ADDRESS = /^[0-9a-fA-F.:]{2,45}$/;

/** Messages to somebody who is known to be the owner of the account. */
const GREETING: Readonly<Record<MailKind, boolean>> = {
  verify_email_code: false,
  sign_in_code: true,
  reset_password_link: true,
  address_in_use: false,
  invitation: false,
  change_email_confirm: false,
  change_email_notice: true,
  security_notice: true,
};

/** Everything of a letter but the greeting. */
type Content = Omit<Letter, 'greeting'>;

interface Writing {
  readonly messages: MailMessages;
  /** The tenant's name. */
  readonly site: string;
}

type WriterOf<K extends MailKind> = (
  writing: Writing,
  data: Extract<MailContent, { kind: K }>['data'],
) => Content;

/**
 * Writes what a message says.
 *
 * Whatever somebody else chose (names, browsers) is cleaned or left out; a code or link of a form
 * that is not ours is a mistake of the caller.
 *
 * @param mail.name - the person's
 * @throws TypeError for a code that is none, or a link that is not http(s)
 */
export function writeLetter(
  messages: MailMessages,
  tenantName: string,
  mail: MailContent & { readonly name?: string },
): Letter {
  const writing: Writing = { messages, site: displayName(tenantName) };
  const name = GREETING[mail.kind] ? harmlessName(mail.name, { digits: false }) : undefined;
  return {
    greeting: name === undefined ? undefined : messages.greeting(name),
    ...contentOf(writing, mail),
  };
}

function contentOf(writing: Writing, mail: MailContent): Content {
  switch (mail.kind) {
    case 'verify_email_code':
      return verifyEmailCode(writing, mail.data);
    case 'sign_in_code':
      return signInCode(writing, mail.data);
    case 'reset_password_link':
      return resetPassword(writing, mail.data);
    case 'address_in_use':
      return addressInUse(writing, mail.data);
    case 'invitation':
      return invitation(writing, mail.data);
    case 'change_email_confirm':
      return changeEmailConfirm(writing, mail.data);
    case 'change_email_notice':
      return changeEmailNotice(writing, mail.data);
    case 'security_notice':
      return securityNotice(writing, mail.data);
  }
}

const verifyEmailCode: WriterOf<'verify_email_code'> = (writing, data) => {
  const words = writing.messages.verifyEmailCode;
  return {
    subject: words.subject(writing.site),
    heading: words.heading,
    parts: [{ text: words.text }, ...codeParts(writing, data), { text: words.unasked }],
  };
};

const signInCode: WriterOf<'sign_in_code'> = (writing, data) => {
  const words = writing.messages.signInCode;
  return {
    subject: words.subject(writing.site),
    heading: words.heading,
    parts: [
      { text: words.text },
      ...codeParts(writing, data),
      ...factsPart(originFacts(writing, data)),
      { text: words.unasked },
    ],
  };
};

const resetPassword: WriterOf<'reset_password_link'> = (writing, data) => {
  const words = writing.messages.resetPassword;
  return {
    subject: words.subject(writing.site),
    heading: words.heading,
    parts: [
      { text: words.text },
      ...linkParts(writing, words.action, data),
      ...factsPart(originFacts(writing, data)),
      { text: words.unasked },
    ],
  };
};

const addressInUse: WriterOf<'address_in_use'> = (writing, data) => {
  const words = writing.messages.addressInUse;
  return {
    subject: words.subject(writing.site),
    heading: words.heading,
    parts: [
      { text: words.text },
      { text: words.ifYou },
      { action: { label: words.action, href: ownAddress(data.signInUrl) } },
      { link: { label: words.reset, href: ownAddress(data.resetUrl) } },
      { text: words.unasked },
    ],
  };
};

const invitation: WriterOf<'invitation'> = (writing, data) => {
  const words = writing.messages.invitation;
  const invitedBy = harmlessName(data.invitedBy, { digits: false });
  const text =
    invitedBy === undefined ? words.text(writing.site) : words.by(invitedBy, writing.site);
  return {
    subject: words.subject(writing.site),
    heading: words.heading(writing.site),
    parts: [{ text }, ...linkParts(writing, words.action, data), { text: words.unasked }],
  };
};

const changeEmailConfirm: WriterOf<'change_email_confirm'> = (writing, data) => {
  const words = writing.messages.changeEmailConfirm;
  const proof =
    'code' in data
      ? [{ text: words.codeText }, ...codeParts(writing, data)]
      : [{ text: words.linkText }, ...linkParts(writing, words.action, data)];
  return {
    subject: words.subject(writing.site),
    heading: words.heading,
    parts: [...proof, { text: words.unasked }],
  };
};

const changeEmailNotice: WriterOf<'change_email_notice'> = (writing, data) => {
  const { facts, changeEmailNotice: words } = writing.messages;
  const { link, validSeconds, newAddress } = data;
  const address = mailAddress(newAddress);
  const approval =
    link === undefined || validSeconds === undefined
      ? [{ text: words.unaskedNoLink }]
      : [
          { text: words.approveText },
          ...linkParts(writing, words.action, { link, validSeconds }),
          { text: words.unasked },
        ];
  return {
    subject: words.subject(writing.site),
    heading: words.heading,
    parts: [
      { text: words.text },
      ...factsPart([
        ...(address === undefined ? [] : [[facts.newAddress, maskedAddress(address)] as const]),
        ...originFacts(writing, data),
      ]),
      ...approval,
    ],
  };
};

const securityNotice: WriterOf<'security_notice'> = (writing, data) => {
  const { facts, formats, securityNotice: words } = writing.messages;
  const { subject, text } = words.events[data.event];
  const item = harmlessName(data.item, { digits: true });
  const advice: LetterPart[] =
    data.secureUrl === undefined
      ? [{ text: words.notYouNoLink(writing.site) }]
      : [
          { text: words.notYou },
          { action: { label: words.action, href: ownAddress(data.secureUrl) } },
        ];
  return {
    subject,
    heading: subject,
    parts: [
      { text },
      ...factsPart([
        ...(item === undefined ? [] : [[facts.item, item] as const]),
        [facts.when, formats.dateTime(data.at, timeZoneOf(data))],
        ...originFacts(writing, data),
      ]),
      { text: words.yours },
      ...advice,
    ],
  };
};

function codeParts({ messages, site }: Writing, data: CodeData): LetterPart[] {
  if (!CODE.test(data.code)) throw new TypeError('a code of letters and digits was expected');
  const works = messages.codeWorks(messages.formats.duration(data.validSeconds));
  return [{ code: data.code }, { text: works }, { text: messages.keepCode(site) }];
}

function linkParts({ messages }: Writing, label: string, data: LinkData): LetterPart[] {
  const works = messages.linkWorks(messages.formats.duration(data.validSeconds));
  return [{ action: { label, href: ownAddress(data.link) } }, { text: works }];
}

function factsPart(facts: readonly (readonly [string, string])[]): LetterPart[] {
  return facts.length === 0 ? [] : [{ facts }];
}

function originFacts({ messages }: Writing, origin: RequestOrigin): [string, string][] {
  const facts: [string, string][] = [];
  const browser = harmlessName(origin.browser, { digits: true });
  if (browser !== undefined) facts.push([messages.facts.browser, browser]);
  const { address } = origin;
  if (address !== undefined && NETWORK_ADDRESS.test(address)) {
    facts.push([messages.facts.address, address]);
  }
  return facts;
}

/** @throws TypeError unless it is http: or https: */
function ownAddress(address: string): string {
  const href = webAddress(address);
  if (href === undefined) throw new TypeError('an http(s) address was expected');
  return href;
}

function timeZoneOf({ timeZone = 'UTC' }: SecurityNotice): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}
