import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const upstream: Messages['upstream'] = {
  label: 'Mit einem anderen Anbieter anmelden',
  continueWith: (provider) => `Weiter mit ${isolate(provider)}`,
  problems: {
    refused: (provider) =>
      `Sie haben sich nicht mit ${isolate(provider)} angemeldet. Versuchen Sie es noch einmal oder nehmen Sie einen anderen Weg.`,
    expired: (provider) =>
      `Die Anmeldung mit ${isolate(provider)} hat zu lange gedauert oder war schon abgeschlossen. Versuchen Sie es noch einmal.`,
    not_recent: (provider) =>
      `${isolate(provider)} hat nicht bestätigt, dass Sie es gerade eben waren. Bestätigen Sie es auf einem anderen Weg.`,
    unreachable: (provider) =>
      `${isolate(provider)} ist gerade nicht erreichbar. Versuchen Sie es in einer Weile noch einmal oder nehmen Sie einen anderen Weg.`,
    invalid_response: (provider) =>
      `Die Anmeldung mit ${isolate(provider)} hat nicht geklappt. Versuchen Sie es noch einmal oder nehmen Sie einen anderen Weg.`,
    misconfigured: (provider) =>
      `Die Anmeldung mit ${isolate(provider)} funktioniert gerade nicht. Nehmen Sie einen anderen Weg.`,
    not_registered: (provider) =>
      `Für die Person, die Sie bei ${isolate(provider)} sind, gibt es hier kein Konto. Wenn Sie eines haben, melden Sie sich auf einem anderen Weg damit an.`,
  },
  unlinked: (provider) =>
    `Sie haben sich mit ${isolate(provider)} angemeldet. Damit ist hier noch kein Konto verbunden.`,
  unlinkedAs: (provider, who) =>
    `Sie haben sich mit ${isolate(provider)} als ${isolate(who)} angemeldet. Damit ist hier noch kein Konto verbunden.`,
  signInToLink: 'Melden Sie sich einmal in Ihrem Konto an, um es zu verbinden.',
  leaving: (provider) => `Weiter zu ${isolate(provider)}`,
  returning: 'Sie werden angemeldet',
  moment: 'Das dauert einen Moment.',
  moveOn: 'Weiter',
  linkTitle: (provider) => `${isolate(provider)} verbinden`,
  linkHeading: (provider) => `${isolate(provider)} verbinden?`,
  linkText: (provider) =>
    `Von jetzt an können Sie sich mit ${isolate(provider)} in diesem Konto anmelden.`,
  linkTextAs: (provider, who) =>
    `Von jetzt an kann sich in diesem Konto anmelden, wer sich mit ${isolate(provider)} als ${isolate(who)} anmeldet.`,
  linkWarning: 'Verbinden Sie es nur, wenn das Sie sind.',
  link: 'Verbinden',
  notNow: 'Nicht jetzt',
};
