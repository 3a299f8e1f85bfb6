const HEADER_BYTES = 12;
const TYPE_A = 1;
const NO_SUCH_NAME = 3;
/** This is an answer, and the last word on it; recursion was wanted, and is to be had. */
const FLAGS = 0x8580;
const TTL_SECONDS = 1;

/**
 * Answers one question of the Domain Name System about addresses.
 *
 * @param resolve - addresses of IPv4 of a name in lower case, without the dot at its end; undefined: there is no such name
 * @see RFC 1035, section 4
 */
export function answerQuery(
  query: Buffer,
  resolve: (name: string) => readonly string[] | undefined,
): Buffer {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length).toLowerCase());
    at += length + 1;
  }
  const type = query.readUInt16BE(at + 1);
  const question = query.subarray(HEADER_BYTES, at + 5);
  const found = resolve(labels.join('.'));
  const addresses = type === TYPE_A ? (found ?? []) : [];
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(query.readUInt16BE(0), 0);
  header.writeUInt16BE(FLAGS | (found === undefined ? NO_SUCH_NAME : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  const answers = addresses.map((address) => {
    const answer = Buffer.alloc(16);
    // The name is that of the question.
    answer.writeUInt16BE(0xc000 | HEADER_BYTES, 0);
    answer.writeUInt16BE(TYPE_A, 2);
    answer.writeUInt16BE(1, 4);
    answer.writeUInt32BE(TTL_SECONDS, 6);
    answer.writeUInt16BE(4, 10);
    answer.set(address.split('.').map(Number), 12);
    return answer;
  });
  return Buffer.concat([header, question, ...answers]);
}
