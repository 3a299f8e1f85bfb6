/** A certificate authority that lives as long as a trial, made with Debian's `openssl`. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeServer, listen } from '../../http/create-http-server.ts';
import { ensurePrograms } from '../debian-programs.ts';
import { runProgram } from '../deploy/trial.ts';

const OPENSSL = '/usr/bin/openssl';
const DAYS = ['-days', '2'];
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Both as PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateAuthority {
  /** Its own certificate, PEM. */
  readonly certificate: string;
  /**
   * Signs a certificate for a server on loopback, or for a client.
   *
   * @param options.responder - says that its state can be asked for, and where
   */
  issue(options: {
    name: string;
    for: 'server' | 'client';
    responder?: true;
  }): Promise<Certificate>;
  /** Answers from now on, as an OCSP responder, that what it has signed is good. */
  startResponder(): Promise<void>;
  stop(): Promise<void>;
}

export async function createCertificateAuthority(): Promise<CertificateAuthority> {
  await ensurePrograms({ [OPENSSL]: 'openssl' });
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-authority-'));
  const at = (name: string) => join(directory, name);
  const openssl = (...args: string[]) => runProgram(OPENSSL, args, { cwd: directory });
  await writeFile(
    at('openssl.cnf'),
    `[req]
distinguished_name = name
x509_extensions = authority
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign, digitalSignature
subjectKeyIdentifier = hash
`,
  );
  const configured = ['-config', 'openssl.cnf', ...NEW_KEY];
  const own = ['-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Authority of a trial'];
  await openssl('req', '-x509', ...configured, ...DAYS, ...own);

  const issued: string[] = [];
  const server = createServer();
  const { port } = await listen(server, { what: 'responder', host: '127.0.0.1', port: 0 });
  const address = `http://127.0.0.1:${port}`;
  return {
    certificate: await readFile(at('ca.pem'), 'utf8'),
    async issue({ name, for: purpose, responder }) {
      const serial = String(issued.length + 1).padStart(2, '0');
      issued.push(`V\t991231235959Z\t\t${serial}\tunknown\t/CN=${name}\n`);
      const extensions = [
        'authorityKeyIdentifier = keyid',
        `extendedKeyUsage = ${purpose}Auth`,
        ...(purpose === 'server' ? [`subjectAltName = DNS:${name}, IP:127.0.0.1`] : []),
        ...(responder === true ? [`authorityInfoAccess = OCSP;URI:${address}`] : []),
      ];
      await writeFile(at('extensions'), extensions.join('\n'));
      const request = ['-keyout', `${serial}.key`, '-out', `${serial}.csr`, '-subj', `/CN=${name}`];
      await openssl('req', '-new', ...configured, ...request);
      const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-set_serial', String(issued.length)];
      const into = ['-extfile', 'extensions', '-out', `${serial}.pem`];
      await openssl('x509', '-req', '-in', `${serial}.csr`, ...signed, ...DAYS, ...into);
      return {
        certificate: await readFile(at(`${serial}.pem`), 'utf8'),
        key: await readFile(at(`${serial}.key`), 'utf8'),
      };
    },
    async startResponder() {
      await writeFile(at('index.txt'), issued.join(''));
      const files = ['-index', 'index.txt', '-CA', 'ca.pem', '-rsigner', 'ca.pem'];
      const sign = async (question: Buffer) => {
        await writeFile(at('question.der'), question);
        const both = ['-reqin', 'question.der', '-respout', 'answer.der', '-ndays', '1'];
        await openssl('ocsp', ...files, '-rkey', 'ca.key', ...both);
        return readFile(at('answer.der'));
      };
      // Asked by GET, the question is the path. RFC 6960, appendix A.1
      server.on('request', (req: IncomingMessage, res: ServerResponse) => {
        const asked = decodeURIComponent((req.url ?? '').slice(1));
        sign(Buffer.from(asked, 'base64')).then(
          (answer) => res.setHeader('content-type', 'application/ocsp-response').end(answer),
          () => res.writeHead(500).end(),
        );
      });
    },
    async stop() {
      await closeServer(server);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
