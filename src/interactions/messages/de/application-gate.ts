import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const gate: Messages['gate'] = {
  title: (application) => `Kein Zugang zu ${isolate(application)}`,
  heading: (application) => `Sie haben keinen Zugang zu ${isolate(application)}`,
  text: (application) =>
    `Ihr Konto funktioniert, aber noch hat ihm niemand Zugang zu ${isolate(application)} gegeben. Bitten Sie die Person, die ${isolate(application)} verwaltet, um Zugang, oder verwenden Sie ein anderes Konto.`,
  leave: (client) => `Zurück zu ${isolate(client)}`,
  switch: 'Anderes Konto verwenden',
};
