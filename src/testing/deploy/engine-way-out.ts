/**
 * The way from a machine of `engine-machine.ts` to the registries that this machine reaches, for as long
 * as images are built: an HTTP proxy out here, at a socket of the file system, and a port in there that
 * leads to it.
 */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { EngineMachine } from './engine-machine.ts';

/** Of the engine's own bridge, which builds are on. */
const ADDRESS = '172.17.0.1';
const PORT = 3128;

/** In there: every connection is led to the socket. */
const LEAD = `
const { connect, createServer } = require('node:net');
process.stdin.resume().on('end', () => process.exit());
createServer((from) => {
  const to = connect(process.argv[1]);
  from.on('error', () => to.destroy());
  to.on('error', () => from.destroy());
  from.pipe(to).pipe(from);
}).listen(${PORT}, '${ADDRESS}', () => console.log('ready'));
`;

/** Does something while builds, which need not know of it, have a way out. */
export async function withWayOut<T>(machine: EngineMachine, work: () => Promise<T>): Promise<T> {
  const path = join(machine.work, 'way-out');
  const config = join(machine.work, 'docker/config.json');
  const sockets = new Set<Socket>();
  const proxy = createServer(passOn)
    .on('connect', tunnel)
    .on('connection', (socket) => sockets.add(socket.on('error', () => undefined)))
    .listen(path);
  await once(proxy, 'listening');
  const lead = machine.spawn([process.execPath, '--eval', LEAD, path]);
  const ended = once(lead, 'close');
  try {
    await Promise.race([once(lead.stdout, 'data'), ended]);
    const address = `http://${ADDRESS}:${PORT}`;
    const proxies = { default: { httpProxy: address, httpsProxy: address } };
    await writeFile(config, JSON.stringify({ proxies }));
    return await work();
  } finally {
    await writeFile(config, '{}');
    lead.stdin.end();
    await ended;
    for (const socket of sockets) socket.destroy();
    proxy.close();
  }
}

function passOn(asked: IncomingMessage, answer: ServerResponse): void {
  const { method, headers, url = '' } = asked;
  const onward = request(url, { method, headers }, (got) => {
    answer.writeHead(got.statusCode ?? 502, got.rawHeaders);
    got.pipe(answer);
  });
  onward.on('error', () => (answer.headersSent ? answer.destroy() : answer.writeHead(502).end()));
  asked.pipe(onward);
}

function tunnel({ url = '' }: IncomingMessage, socket: Socket): void {
  const [host, port] = url.split(':');
  const onward = connect(Number(port), host ?? '', () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    onward.pipe(socket).pipe(onward);
  });
  onward.on('error', () => socket.destroy());
  socket.on('error', () => onward.destroy());
}
