import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const HEADER_BYTES = 12;
const TYPE_AND_CLASS_BYTES = 4;
/** An answer without an error, to a question that wanted recursion. RFC 1035, section 4.1.1 */
const ANSWERED = 0x81_80;
const TYPE_A = 1;
const CLASS_IN = 1;
/** Back to the name of the question. RFC 1035, section 4.1.4 */
const SAME_NAME = 0xc0_0c;

/** A name server on loopback that knows one set of addresses, whatever the name. */
interface DnsServer {
  readonly port: number;
  /** From now on. */
  answerWith(addresses: readonly string[]): void;
  close(): void;
}

export async function startDnsServer(): Promise<DnsServer> {
  const socket = createSocket('udp4');
  let addresses: readonly string[] = [];
  socket.on('message', (query, peer) => {
    socket.send(answerTo(query, addresses), peer.port, peer.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    answerWith(next) {
      addresses = next;
    },
    close: () => socket.close(),
  };
}

function answerTo(query: Buffer, addresses: readonly string[]): Buffer {
  const end = query.indexOf(0, HEADER_BYTES) + 1 + TYPE_AND_CLASS_BYTES;
  const question = query.subarray(HEADER_BYTES, end);
  const isForA = question.readUInt16BE(question.length - TYPE_AND_CLASS_BYTES) === TYPE_A;
  const records = (isForA ? addresses : []).map((address) => {
    const record = Buffer.alloc(16);
    record.writeUInt16BE(SAME_NAME, 0);
    record.writeUInt16BE(TYPE_A, 2);
    record.writeUInt16BE(CLASS_IN, 4);
    // For a second.
    record.writeUInt32BE(1, 6);
    record.writeUInt16BE(4, 10);
    record.set(address.split('.').map(Number), 12);
    return record;
  });
  const header = Buffer.alloc(HEADER_BYTES);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(ANSWERED, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, question, ...records]);
}
