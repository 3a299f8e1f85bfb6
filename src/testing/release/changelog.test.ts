import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cutRelease, notesOf } from './changelog.ts';

const HEAD = '# Changelog\n\nAll notable changes.\n\n';
const OLDER = '## 0.1.0 - 2026-11-01\n\n### Added\n\n- Everything.\n';

describe('the changelog of a release', () => {
  it('takes what was unreleased, and leaves room for what comes', () => {
    const before = `${HEAD}## Unreleased\n\n### Fixed\n\n- A thing.\n\n${OLDER}`;
    const { changelog, notes } = cutRelease(before, '0.1.1', '2026-12-01');
    assert.equal(notes, '### Fixed\n\n- A thing.');
    assert.equal(
      changelog,
      `${HEAD}## Unreleased\n\n## 0.1.1 - 2026-12-01\n\n### Fixed\n\n- A thing.\n\n${OLDER}`,
    );
    assert.equal(notesOf(changelog, '0.1.1'), notes);
    assert.equal(notesOf(changelog, '0.1.0'), '### Added\n\n- Everything.');
  });

  it('may be the first one', () => {
    const { changelog } = cutRelease(`${HEAD}## Unreleased\n\n- A thing.\n`, '0.1.0', '2026-12-01');
    assert.equal(changelog, `${HEAD}## Unreleased\n\n## 0.1.0 - 2026-12-01\n\n- A thing.\n`);
  });

  it('says something', () => {
    assert.throws(() => cutRelease(`${HEAD}## Unreleased\n\n${OLDER}`, '1.0.0', '2026-12-01'), {
      message: /says nothing/,
    });
    assert.throws(() => cutRelease(`${HEAD}${OLDER}`, '1.0.0', '2026-12-01'), {
      message: /no section/,
    });
    assert.throws(() => notesOf(`${HEAD}${OLDER}`, '0.1'), { message: /no section for 0\.1/ });
  });
});
