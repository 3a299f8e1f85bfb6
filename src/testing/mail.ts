/**
 * A real SMTP server for tests, and the mail that it was given.
 */
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { LOOPBACK_CERTIFICATE } from './loopback-certificate.ts';
import { pollUntil } from './poll.ts';

/** What the mail server of a test lets messages come from. */
export const TEST_MAIL_FROM = 'no-reply@login.example.test';

/** Longest wait for a message. */
const PATIENCE_MS = 10_000;

/** A message as its person gets it. */
export interface ReceivedMail {
  readonly to: string;
  /** From its header: `sign_in_code`, `security_notice.password_changed`. */
  readonly kind: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  readonly headers: ParsedMail['headers'];
  /** As it came, undecoded. */
  readonly source: string;
}

/** How the server answers a recipient. */
interface Refusal {
  /** 550: no such mailbox; 451: try again later. */
  readonly status: number;
  /** How often; for good unless said. */
  readonly times?: number;
}

export interface TestMailServer {
  readonly port: number;
  /** What a deployment needs in its environment to send here. */
  readonly env: Readonly<Record<'SMTP_URL' | 'MAIL_FROM', string>>;
  /** Everything that was taken, oldest first. */
  readonly received: readonly ReceivedMail[];
  /** RCPT commands so far, whatever the answer was. */
  readonly attempts: number;
  /** Connections so far. */
  readonly connections: number;
  /** Connections now. */
  readonly open: number;
  /**
   * The oldest message that no other call has had, to this address and of this kind (a notice's
   * also without its event). Waits for it.
   */
  waitForMail(wanted: { to: string; kind?: string }): Promise<ReceivedMail>;
  /** From now on this address is answered so. */
  refuse(address: string, refusal: Refusal): void;
  /** From now on every command of this kind has this status; 0: the connection is dropped. */
  refuseAll(command: 'MAIL' | 'DATA', status: number): void;
  /** Takes no connections until `start`, on the same port. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export interface TestMailServerOptions {
  /** `starttls`: offers it, with a certificate that signed itself. `implicit`: TLS at once. */
  tls?: 'none' | 'starttls' | 'implicit';
  /** Nobody else may send. */
  credentials?: { user: string; password: string };
  /** Called when a message has come, before it is taken; may hold the answer back. */
  beforeTaking?: () => Promise<void>;
}

/** Starts a server on a free port of 127.0.0.1; call `stop` in `after`. */
export async function startTestMailServer(
  options: TestMailServerOptions = {},
): Promise<TestMailServer> {
  const received: ReceivedMail[] = [];
  const taken = new Set<ReceivedMail>();
  const refusals = new Map<string, { status: number; left: number }>();
  const refusedCommands = new Map<'MAIL' | 'DATA', number>();
  let attempts = 0;
  let connections = 0;

  const refusalOf = (status: number) =>
    Object.assign(new Error('refused'), { responseCode: status });
  const listen = (port: number) =>
    listenOn(port, {
      ...tlsOptions(options),
      ...authOptions(options),
      disableReverseLookup: true,
      closeTimeout: 50,
      onConnect(_session, callback) {
        connections += 1;
        callback();
      },
      onMailFrom(_address, _session, callback) {
        const status = refusedCommands.get('MAIL');
        callback(status === undefined ? null : refusalOf(status));
      },
      onRcptTo({ address }, _session, callback) {
        attempts += 1;
        const refusal = refusals.get(address);
        if (refusal === undefined || refusal.left <= 0) return callback();
        refusal.left -= 1;
        callback(refusalOf(refusal.status));
      },
      onData(stream, { envelope }, callback) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', async () => {
          await options.beforeTaking?.();
          const status = refusedCommands.get('DATA');
          if (status === 0) return server.drop();
          if (status !== undefined) return callback(refusalOf(status));
          const to = envelope.rcptTo.map(({ address }) => address).join();
          received.push(await read(to, Buffer.concat(chunks)));
          callback(null, 'taken');
        });
      },
    });

  let server = await listen(0);
  let listening = true;
  const { port } = server;
  const scheme = options.tls === 'implicit' ? 'smtps' : 'smtp';
  const user = options.credentials;
  const userInfo =
    user === undefined
      ? ''
      : `${encodeURIComponent(user.user)}:${encodeURIComponent(user.password)}@`;
  const suffix = options.tls === 'starttls' ? '?starttls=required' : '';

  return {
    port,
    env: {
      SMTP_URL: `${scheme}://${userInfo}localhost:${port}${suffix}`,
      MAIL_FROM: TEST_MAIL_FROM,
    },
    received,
    get attempts() {
      return attempts;
    },
    get connections() {
      return connections;
    },
    get open() {
      return server.open();
    },
    waitForMail: ({ to, kind }) =>
      pollUntil(
        () => {
          const found = received.find(
            (mail) =>
              !taken.has(mail) &&
              mail.to === to &&
              (kind === undefined || mail.kind === kind || mail.kind.split('.')[0] === kind),
          );
          if (found !== undefined) taken.add(found);
          return found;
        },
        { deadlineMs: PATIENCE_MS },
      ),
    refuse(address, { status, times = Number.POSITIVE_INFINITY }) {
      refusals.set(address, { status, left: times });
    },
    refuseAll: (command, status) => void refusedCommands.set(command, status),
    async stop() {
      if (!listening) return;
      listening = false;
      await server.close();
    },
    async start() {
      if (listening) return;
      server = await listen(port);
      listening = true;
    },
  };
}

/** The code that a message shows. */
export function codeIn(mail: Pick<ReceivedMail, 'text' | 'subject'>): string {
  const code = /^ {4}(\S+)$/m.exec(mail.text)?.[1];
  if (code === undefined) throw new Error(`no code in "${mail.subject}": ${mail.text}`);
  return code;
}

/** The address that a message wants opened: that of its button. */
export function linkIn(mail: Pick<ReceivedMail, 'text' | 'subject'>): string {
  const link = /^https?:\/\/\S+$/m.exec(mail.text)?.[0];
  if (link === undefined) throw new Error(`no link in "${mail.subject}": ${mail.text}`);
  return link;
}

function listenOn(
  port: number,
  options: SMTPServerOptions,
): Promise<{ port: number; open(): number; drop(): void; close(): Promise<void> }> {
  const server = new SMTPServer(options);
  // A client that hangs up is no failure of the test.
  server.on('error', () => undefined);
  return new Promise((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.server.address();
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : port,
        open: () => server.connections.size,
        drop: () => {
          for (const { _socket: socket } of server.connections) socket.destroy();
        },
        close: () => new Promise((done) => server.close(() => done())),
      });
    });
  });
}

function tlsOptions({ tls = 'none' }: TestMailServerOptions): SMTPServerOptions {
  if (tls === 'none') return { disabledCommands: ['STARTTLS'] };
  const { certificate: cert, key } = LOOPBACK_CERTIFICATE;
  return { secure: tls === 'implicit', cert, key };
}

function authOptions({ credentials }: TestMailServerOptions): SMTPServerOptions {
  if (credentials === undefined) return { authOptional: true };
  return {
    allowInsecureAuth: true,
    onAuth({ username, password }, _session, callback) {
      const known = username === credentials.user && password === credentials.password;
      callback(known ? null : new Error('Invalid username or password'), { user: username ?? '' });
    },
  };
}

async function read(to: string, source: Buffer): Promise<ReceivedMail> {
  const parsed = await simpleParser(source);
  return {
    to,
    kind: String(parsed.headers.get('x-gatehouse-mail') ?? ''),
    subject: parsed.subject ?? '',
    text: parsed.text ?? '',
    html: parsed.html || '',
    messageId: parsed.messageId ?? '',
    headers: parsed.headers,
    source: source.toString('latin1'),
  };
}
