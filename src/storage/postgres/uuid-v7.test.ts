import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createUuidV7, timeOfUuidV7 } from './uuid-v7.ts';

const AT = new Date('2026-11-23T22:47:27.992Z');

test('a UUIDv7 has the version and variant of RFC 9562 and carries its moment', () => {
  const id = createUuidV7()(AT);
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.deepEqual(timeOfUuidV7(id), AT);
});

test('the moment of the RFC’s own example is read', () => {
  assert.deepEqual(
    timeOfUuidV7('017F22E2-79B0-7CC3-98C4-DC0C0C07398F'),
    new Date('2022-02-22T19:22:22.000Z'),
  );
});

test('ids of one millisecond are different and sort as they were made', () => {
  const newId = createUuidV7();
  const ids = Array.from({ length: 1000 }, () => newId(AT));
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(ids.toSorted(), ids);
});

test('ids of a later moment sort later', () => {
  const newId = createUuidV7();
  const first = newId(AT);
  const second = newId(new Date(AT.getTime() + 1));
  assert.ok(first < second);
});

test('what is not a UUIDv7 carries no moment', () => {
  for (const text of ['', 'nonsense', crypto.randomUUID(), `${createUuidV7()(AT)}0`]) {
    assert.equal(timeOfUuidV7(text), undefined);
  }
});
