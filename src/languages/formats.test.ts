import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFormats } from './formats.ts';

const NOW = new Date('2027-05-03T14:05:00Z');

describe('the formats of a language', () => {
  it('say a length of time in its greatest unit, rounded up', () => {
    const { duration } = createFormats('en');
    assert.deepEqual([1, 30, 60, 61, 290, 3_541, 3_600, 7_300, 172_800, 172_801].map(duration), [
      ...['1 second', '30 seconds', '60 seconds', '2 minutes', '5 minutes'],
      ...['1 hour', '1 hour', '3 hours', '48 hours', '3 days'],
    ]);
    assert.equal(createFormats('de').duration(290), '5 Minuten');
    assert.equal(createFormats('ja').duration(290), '5 分');
    assert.equal(createFormats('ar').duration(120), 'دقيقتان');
    assert.equal(createFormats('ar').duration(900), '15 دقيقة');
  });

  it('say a day and a time with the zone they are of', () => {
    const { date, dateTime } = createFormats('en');
    assert.equal(date(NOW), '3 May 2027');
    assert.equal(date(new Date('2027-05-03T23:00:00Z'), 'Asia/Tokyo'), '4 May 2027');
    assert.equal(dateTime(NOW), '3 May 2027 at 14:05 UTC');
    assert.match(dateTime(NOW, 'Asia/Tokyo'), /^3 May 2027 at 23:05 GMT\+9$/);
    assert.equal(createFormats('de').date(NOW), '3. Mai 2027');
    assert.equal(createFormats('ja').date(NOW), '2027年5月3日');
  });

  it('say how long ago something was', () => {
    const { relative } = createFormats('en');
    const ago = (seconds: number) => relative(new Date(NOW.getTime() - seconds * 1000), NOW);
    assert.deepEqual([0, 59, 3_599, 3_600, 90_000, 200_000].map(ago), [
      'now',
      '59 seconds ago',
      '59 minutes ago',
      '1 hour ago',
      '25 hours ago',
      '2 days ago',
    ]);
    assert.equal(
      createFormats('fr').relative(new Date(NOW.getTime() + 7_200_000), NOW),
      'dans 2 heures',
    );
  });

  it('say numbers and lists', () => {
    assert.equal(createFormats('de').number(1234.5), '1.234,5');
    assert.equal(createFormats('ar').number(1234.5), '1,234.5');
    assert.equal(createFormats('es').list(['a', 'b', 'c']), 'a, b y c');
    assert.equal(createFormats('ja').list(['a', 'b']), 'a、b');
  });

  it('choose the form that a number asks for', () => {
    const forms = { one: 'one', two: 'two', few: 'few', many: 'many', other: 'other' };
    const of = (tag: 'en' | 'ar' | 'ja', counts: number[]) =>
      counts.map((count) => createFormats(tag).plural(count, forms));
    assert.deepEqual(of('en', [0, 1, 2]), ['other', 'one', 'other']);
    assert.deepEqual(of('ar', [1, 2, 3, 11, 100]), ['one', 'two', 'few', 'many', 'other']);
    assert.deepEqual(of('ja', [0, 1, 2]), ['other', 'other', 'other']);
    assert.equal(createFormats('ar').plural(3, { other: 'x' }), 'x');
  });
});
