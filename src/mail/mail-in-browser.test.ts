import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { DEFAULT_TENANT_SETTINGS } from '../tenants/tenant.ts';
import { launchChromium } from '../testing/chromium.ts';
import { MAIL_SAMPLES } from '../testing/mail-samples.ts';
import { MAIL_LANGUAGES, mailMessagesFor } from './messages/messages.ts';
import { renderMail } from './render-mail.ts';

/** WCAG 2.2, levels A and AA. What is about a page's landmarks is not about a message. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** One of each layout: a code, a button, two ways, facts. */
const LAYOUTS = ['sign_in_code', 'reset_password_link', 'address_in_use', 'security_notice'].map(
  (kind) => MAIL_SAMPLES.find((sample) => sample.kind === kind),
);

const branding = { accentColor: '#ffd400', supportUrl: 'https://acme.example/help' };
const tenant = { id: 't', name: 'Acme', settings: { ...DEFAULT_TENANT_SETTINGS, branding } };

/** As mail programs show it: in a box of their own, with their own colours. */
describe('a message in a browser', () => {
  let browser: Browser;
  let axe: string;
  before(async () => {
    axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    browser = await launchChromium();
  });
  after(() => browser.close());

  async function violations(page: Page): Promise<string[]> {
    await page.evaluate(axe);
    // What is behind everything in this colour scheme: axe takes it for white otherwise.
    await page.evaluate(() => {
      document.documentElement.style.backgroundColor = 'Canvas';
    });
    return page.evaluate(async (values) => {
      const { axe } = globalThis as unknown as {
        axe: { run: (on: Document, options: object) => Promise<{ violations: AxeResult[] }> };
      };
      interface AxeResult {
        id: string;
        nodes: { target: string[] }[];
      }
      const result = await axe.run(document, { runOnly: { type: 'tag', values } });
      return result.violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target }) => `${id}: ${target.join(' ')}`),
      );
    }, RULES);
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`can be read by everybody, ${colorScheme}, on the smallest screen`, async () => {
      const page = await browser.newPage({
        colorScheme,
        viewport: { width: 320, height: 640 },
      });
      for (const lang of MAIL_LANGUAGES) {
        for (const mail of LAYOUTS) {
          assert.ok(mail);
          const messages = await mailMessagesFor(lang);
          await page.setContent(renderMail(messages, tenant, mail).html);
          const where = `${mail.kind} ${lang}`;
          assert.deepEqual(await violations(page), [], where);
          const width = await page.evaluate(() => document.documentElement.scrollWidth);
          assert.ok(width <= 320, `${where} is ${width} px wide`);
        }
      }
      await page.close();
    });
  }
});
