import { describe } from 'node:test';
import { describeCatalogues } from '../../testing/catalogue-rules.ts';
import { MAIL_LANGUAGES, mailMessagesFor } from './messages.ts';

const CATALOGUES = await Promise.all(MAIL_LANGUAGES.map((tag) => mailMessagesFor(tag)));

describe('the catalogues of the mail', () => {
  describeCatalogues(CATALOGUES, { de: ['Browser', 'Name'] });
});
