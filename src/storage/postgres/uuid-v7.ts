import { randomBytes } from 'node:crypto';

/**
 * Makes UUIDs that sort by the time they carry, in milliseconds; those of one millisecond (and of
 * a clock that went back) sort in the order in which they were made, within one process.
 *
 * @returns a function that makes the UUID of a moment
 * @see RFC 9562, sections 5.7 and 6.2, method 1
 */
export function createUuidV7(): (at: Date) => string {
  let last = -1;
  let counter = 0;

  return (at) => {
    const time = at.getTime();
    const random = randomBytes(10);
    if (time !== last || counter === 0xfff) {
      // Starting in the lower half leaves room to count.
      counter = random.readUInt16BE(0) & 0x7ff;
      last = time;
    } else {
      counter += 1;
    }
    const bytes = Buffer.alloc(16);
    bytes.writeUIntBE(time, 0, 6);
    bytes.writeUInt16BE(0x7000 | counter, 6);
    random.copy(bytes, 8, 2);
    bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  };
}

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** The moment that a UUIDv7 carries; undefined when the text is not one. */
export function timeOfUuidV7(text: string): Date | undefined {
  if (!UUID_V7.test(text)) return undefined;
  return new Date(Number.parseInt(text.slice(0, 8) + text.slice(9, 13), 16));
}
