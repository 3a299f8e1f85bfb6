/**
 * What tests of the account page do as a person would: sign in to it, open its pages, send its
 * forms, and let time pass.
 */
import { ALICE, type TestDeployment } from './gatehouse.ts';
import { createPlainBrowser, type PlainBrowser, type PlainPage } from './plain-browser.ts';
import { type Person, walkThrough } from './relying-party.ts';

/** Somebody at their account page. */
export interface AccountGuest {
  readonly browser: PlainBrowser;
  /** Opens a page below the account page and proves who they are as often as they are asked. */
  open(path?: string): Promise<PlainPage>;
  /** Opens an address of the deployment as it is. */
  visit(path: string): Promise<PlainPage>;
}

/**
 * A browser in which somebody signs in to the account page when they are asked.
 *
 * @param options.tenantPath - below PUBLIC_URL; default: the default tenant's
 */
export function accountGuest(
  deployment: Pick<TestDeployment, 'publicUrl'>,
  person: Person = ALICE,
  { tenantPath = '' }: { tenantPath?: string } = {},
): AccountGuest {
  const browser = createPlainBrowser();
  const issuer = `${deployment.publicUrl}${tenantPath}`;
  return {
    browser,
    open: (path = '') => walkThrough(browser, `${issuer}/account${path}`, person),
    visit: (path) => browser.open(`${issuer}${path}`),
  };
}

/** Makes every sign-in of a deployment that keeps sessions in PostgreSQL older than it is. */
export async function ageSignIns(
  { backends }: Pick<TestDeployment, 'backends'>,
  seconds: number,
): Promise<void> {
  await backends.db.raw(
    `update artifacts
        set payload = payload::jsonb
                      || jsonb_build_object('loginTs', (payload->>'loginTs')::int - ?)
      where model = 'Session' and payload->>'loginTs' is not null`,
    [seconds],
  );
}

/** The path of the account page that a browser stands at, below the issuer. */
export function pathOf(page: PlainPage): string {
  return new URL(page.url).pathname;
}

export function headingOf(page: PlainPage): string {
  return page.document.querySelector('h1')?.text.trim() ?? '';
}

/** What the page says has been done, or what is wrong. */
export function statusOf(page: PlainPage): string | undefined {
  return page.document.querySelector('[role=status], [role=alert]')?.text.trim();
}

/** The value of a field as it stands in a page. */
export function fieldOf(page: PlainPage, name: string): string | undefined {
  const field = page.document.querySelector(`main [name="${name}"]`);
  if (field?.tagName === 'TEXTAREA') return field.text.replace(/^\n/, '');
  if (field?.tagName !== 'SELECT') return field?.getAttribute('value');
  const chosen = field.querySelector('option[selected]');
  return chosen?.getAttribute('value') ?? chosen?.text ?? '';
}
