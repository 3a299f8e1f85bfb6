import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bumpOf, nextVersion, problemsOf } from './conventional-commits.ts';

describe('a commit message', () => {
  for (const fine of [
    'fix(provider): let a code come twice',
    'feat!: drop the old cookies\n\nThey were signed with SHA-1.\n',
    'docs: say it\n# Please enter the commit message for your changes.\n',
    'Revert "feat: what was too early"',
  ]) {
    it(`may be ${JSON.stringify(fine)}`, () => assert.deepEqual(problemsOf(fine), []));
  }

  for (const [message, problem] of [
    ['', /type\(room\)/],
    ['added a thing', /type\(room\)/],
    ['feature: a thing', /feature is no type: build/],
    ['fix: a thing.', /full stop/],
    [`fix: ${'a'.repeat(70)}`, /75 characters, at most 72/],
    ['fix: a thing\nand why', /second line is empty/],
  ] as const) {
    it(`may not be ${JSON.stringify(message.slice(0, 30))}, and says why`, () => {
      const problems = problemsOf(message);
      assert.equal(problems.length, 1, problems.join());
      assert.match(problems[0] ?? '', problem);
    });
  }
});

describe('a release', () => {
  it('is as large as the largest of its commits', () => {
    assert.equal(bumpOf(['docs: a', 'fix: b', 'feat(http): c']), 'minor');
    assert.equal(bumpOf(['perf: a', 'test: feat: b']), 'patch');
    assert.equal(bumpOf(['feat: a', 'fix(http)!: b']), 'major');
    assert.equal(bumpOf(['fix: a\n\nBREAKING CHANGE: the cookie has another name']), 'major');
  });

  it('is none when nobody would notice', () => {
    assert.equal(bumpOf(['docs: a', 'test: b', 'a merge']), undefined);
  });

  it('follows the version before it', () => {
    assert.equal(nextVersion('1.2.3', 'patch'), '1.2.4');
    assert.equal(nextVersion('1.2.3', 'minor'), '1.3.0');
    assert.equal(nextVersion('1.2.3', 'major'), '2.0.0');
    assert.throws(() => nextVersion('1.2', 'patch'), TypeError);
    assert.throws(() => nextVersion('1.2.3-rc.1', 'patch'), TypeError);
  });

  it('breaks things in a minor version until there is a first', () => {
    assert.equal(nextVersion('0.1.0', 'major'), '0.2.0');
    assert.equal(nextVersion('0.1.0', 'minor'), '0.2.0');
    assert.equal(nextVersion('0.1.0', 'patch'), '0.1.1');
  });
});
