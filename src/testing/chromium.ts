/**
 * A real browser for tests of hosted pages: Debian's Chromium, driven by playwright-core.
 */
import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type Browser, type ConsoleMessage, chromium } from 'playwright-core';

const EXECUTABLE = '/usr/bin/chromium';
const ARGUMENTS = [
  '--headless',
  // Chromium refuses its sandbox to root; the pages are our own.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const run = promisify(execFile);

/** Starts a browser with a new empty profile; call `close` in `after`. */
export async function launchChromium(): Promise<Browser> {
  await ensureChromium();
  return chromium.launch({ executablePath: EXECUTABLE, args: ARGUMENTS });
}

/** What a browser says of our pages when nothing is wrong with them. */
const HARMLESS = [
  // A page with an error status is what was asked for.
  'Failed to load resource',
  // A test may type faster than the page moves the cursor by itself.
  'Autofocus processing was blocked',
];

/**
 * Gathers what a browser complains of, such as a page against its own policy.
 *
 * @returns for the event `console` of a page or a context
 */
export function gatherComplaints(into: string[]): (message: ConsoleMessage) => void {
  return (message) => {
    const text = message.text();
    if (!HARMLESS.some((beginning) => text.startsWith(beginning))) into.push(text);
  };
}

/**
 * Installs Debian's Chromium if it is missing and this user may install it.
 *
 * @throws Error that says what to install
 */
export async function ensureChromium(): Promise<void> {
  if (await isInstalled()) return;
  const advice = `the browser tests need ${EXECUTABLE}: apt-get install chromium`;
  if (process.getuid?.() !== 0) throw new Error(advice);
  try {
    await run('apt-get', ['update']);
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const install = ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'];
    await run('apt-get', install, { env: environment, maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    throw new Error(advice, { cause: error });
  }
  if (!(await isInstalled())) throw new Error(advice);
}

async function isInstalled(): Promise<boolean> {
  return access(EXECUTABLE).then(
    () => true,
    () => false,
  );
}
