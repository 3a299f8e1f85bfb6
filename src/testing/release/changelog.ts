/** `CHANGELOG.md`, in the form of Keep a Changelog 1.1.0. */

const UNRELEASED = '## Unreleased';
const NEXT_SECTION = /^## /m;

/** A changelog once a version is cut off it, and what it says of that version. */
interface Cut {
  readonly changelog: string;
  readonly notes: string;
}

/**
 * Gives what is unreleased a version and a day, and begins the next one.
 *
 * @param day - `YYYY-MM-DD`
 * @throws Error when nothing is written of the release
 */
export function cutRelease(changelog: string, version: string, day: string): Cut {
  const from = changelog.indexOf(`${UNRELEASED}\n`);
  if (from < 0) throw new Error(`CHANGELOG.md has no section "${UNRELEASED}"`);
  const before = changelog.slice(0, from);
  const rest = changelog.slice(from + UNRELEASED.length);
  const end = NEXT_SECTION.exec(rest)?.index ?? rest.length;
  const notes = rest.slice(0, end).trim();
  if (notes === '') throw new Error(`CHANGELOG.md says nothing under "${UNRELEASED}"`);
  const released = `## ${version} - ${day}\n\n${notes}\n`;
  const older = rest.slice(end);
  return {
    changelog: `${before}${UNRELEASED}\n\n${released}${older === '' ? '' : `\n${older}`}`,
    notes,
  };
}

/**
 * What a changelog says of a version.
 *
 * @throws Error when it says nothing
 */
export function notesOf(changelog: string, version: string): string {
  const heading = `## ${version} - `;
  const from = changelog.split('\n').findIndex((line) => line.startsWith(heading));
  if (from < 0) throw new Error(`CHANGELOG.md has no section for ${version}`);
  const lines = changelog.split('\n').slice(from + 1);
  const end = lines.findIndex((line) => line.startsWith('## '));
  return lines
    .slice(0, end < 0 ? undefined : end)
    .join('\n')
    .trim();
}
