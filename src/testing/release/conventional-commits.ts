/** How commits say what a release is: Conventional Commits 1.0.0, Semantic Versioning 2.0.0. */

type Bump = 'major' | 'minor' | 'patch';

const TYPES = ['build', 'chore', 'ci', 'docs', 'feat', 'fix', 'perf', 'refactor', 'style', 'test'];
const SUBJECT = /^(?<type>[a-z]+)(?:\((?<room>[a-z0-9-]+)\))?(?<breaking>!)?: (?<what>.+)$/;
const SUBJECT_LENGTH = 72;

/**
 * What is wrong with a commit message, in words for whoever wrote it.
 *
 * @param message - all of it; lines that begin with `#` are Git's own
 */
export function problemsOf(message: string): string[] {
  const lines = message.split('\n').filter((line) => !line.startsWith('#'));
  const [subject = '', second = ''] = lines;
  // What Git writes itself goes away again before anybody else sees it.
  if (/^(Merge|Revert|fixup!|squash!) /.test(subject)) return [];
  const { type, what = '' } = SUBJECT.exec(subject)?.groups ?? {};
  const problems: string[] = [];
  if (type === undefined) problems.push('the first line is `type(room): what it does`');
  else if (!TYPES.includes(type)) problems.push(`${type} is no type: ${TYPES.join(', ')}`);
  if (what.endsWith('.')) problems.push('the first line ends without a full stop');
  if (subject.length > SUBJECT_LENGTH) {
    problems.push(`the first line has ${subject.length} characters, at most ${SUBJECT_LENGTH}`);
  }
  if (second.trim() !== '') problems.push('the second line is empty; the reason comes after it');
  return problems;
}

/**
 * What a release of these commits has to change in the version.
 *
 * @returns nothing when nobody who runs it would notice a difference
 */
export function bumpOf(messages: readonly string[]): Bump | undefined {
  const kinds = messages.map((message) => {
    const groups = SUBJECT.exec(message.split('\n', 1)[0] ?? '')?.groups;
    if (groups?.breaking === '!' || /^BREAKING[ -]CHANGE: /m.test(message)) return 'major';
    if (groups?.type === 'feat') return 'minor';
    return groups?.type === 'fix' || groups?.type === 'perf' ? 'patch' : undefined;
  });
  return (['major', 'minor', 'patch'] as const).find((bump) => kinds.includes(bump));
}

/**
 * The version after this one. Before 1.0.0 a breaking change is a minor version (section 4).
 *
 * @throws TypeError for what is no plain version
 */
export function nextVersion(version: string, bump: Bump): string {
  const parts = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.exec(version)?.slice(1).map(Number);
  const [major, minor, patch] = parts ?? [];
  if (major === undefined || minor === undefined || patch === undefined) {
    throw new TypeError(`${version} is no version`);
  }
  if (bump === 'patch') return `${major}.${minor}.${patch + 1}`;
  if (bump === 'minor' || major === 0) return `${major}.${minor + 1}.0`;
  return `${major + 1}.0.0`;
}
