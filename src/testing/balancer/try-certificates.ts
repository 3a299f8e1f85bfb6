import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { createPlainBrowser } from '../plain-browser.ts';
import { pollUntil } from '../poll.ts';
import { signIn } from '../relying-party.ts';
import { serveApp } from '../serve-app.ts';
import {
  type BalancedDeployment,
  CALLBACK,
  CLIENT_SECRET,
  MARIA,
  shopBehind,
  startBalancedDeployment,
} from './balanced-deployment.ts';
import { type Certificate, createCertificateAuthority } from './certificate-authority.ts';
import { askPlainly, requireHeadersOnce } from './header-census.ts';
import { connectHttp2 } from './http2-client.ts';
import { startNginxProcess } from './nginx-process.ts';
import { freeSitePorts, replicasAt, tlsSite } from './site.ts';

const TOKEN_REQUEST = {
  method: 'POST',
  headers: {
    authorization: `Basic ${Buffer.from(`job:${CLIENT_SECRET}`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
  },
  body: new URLSearchParams({ grant_type: 'client_credentials' }),
};

const MACHINE_PATHS = ['/token', '/TOKEN/', '//token', '/token/introspection', '/request'];

/**
 * Client certificates: for machines alone, then for everybody.
 *
 * @returns what was seen
 */
export async function tryClientCertificates(): Promise<string> {
  const deployment = await startBalancedDeployment(1);
  const stranger = await createCertificateAuthority();
  try {
    const good = await deployment.authority.issue({ name: 'job', for: 'client' });
    const foreign = await stranger.issue({ name: 'job', for: 'client' });
    await lockMachines(deployment, good, foreign);
    await lockEverything(deployment, good);
    return 'tokens, then everything, only with a certificate of the authority; its fingerprint is in the log';
  } finally {
    await stranger.stop();
    await deployment.stop();
  }
}

async function lockMachines(
  deployment: BalancedDeployment,
  good: Certificate,
  foreign: Certificate,
): Promise<void> {
  const { publicUrl, authority } = deployment;
  const nginx = await deployment.balance('machines');
  const nobody = await connectHttp2({ origin: publicUrl, authority: authority.certificate });
  const page = await nobody.fetch(`${publicUrl}/nothing-here`);
  assert.equal(page.status, 404, 'people need none');
  for (const path of MACHINE_PATHS) {
    const answer = await askForToken(nobody.fetch, `${publicUrl}${path}`);
    assert.equal(answer.status, 403, path);
    assert.match((await answer.json()).error_description, /client certificate/);
  }
  await nobody.close();
  // nginx takes it for another place; a replica that read it as /token would have no lock.
  const path = '/token\\#';
  const odd = { ...TOKEN_REQUEST, body: TOKEN_REQUEST.body.toString(), path };
  const unread = await askPlainly(publicUrl, { ...odd, authority: authority.certificate });
  assert.equal(unread.status, 400, `${path} leads around the lock`);

  const { certificate } = authority;
  const machine = await connectHttp2({
    origin: publicUrl,
    authority: certificate,
    certificate: good,
  });
  const answer = await askForToken(machine.fetch, `${publicUrl}/token`);
  assert.equal(answer.status, 200);
  assert.ok((await answer.json()).access_token);
  await machine.close();
  const fingerprint = new X509Certificate(good.certificate).fingerprint
    .replaceAll(':', '')
    .toLowerCase();
  const last = JSON.parse((await nginx.accessLog()).at(-1) ?? '{}');
  assert.equal(last.client_certificate, fingerprint);

  const other = await connectHttp2({
    origin: publicUrl,
    authority: certificate,
    certificate: foreign,
  });
  assert.equal((await askForToken(other.fetch, `${publicUrl}/token`)).status, 403);
  await other.close();
}

function askForToken(send: typeof fetch, url: string): Promise<Response> {
  return send(url, TOKEN_REQUEST);
}

async function lockEverything(deployment: BalancedDeployment, good: Certificate): Promise<void> {
  const { publicUrl, authority } = deployment;
  await deployment.balance('all');
  const headers = { accept: 'text/html' };
  const refused = await askPlainly(`${publicUrl}/jwks`, {
    authority: authority.certificate,
    headers,
  });
  assert.equal(refused.status, 403);
  requireHeadersOnce('403 without a certificate', refused);
  assert.match(refused.body, /client certificate/);

  const { fetch, close } = await connectHttp2({
    origin: publicUrl,
    authority: authority.certificate,
    certificate: good,
  });
  try {
    const browser = createPlainBrowser({ fetch, stopAt: (url) => url.startsWith(CALLBACK) });
    const party = await shopBehind(publicUrl, fetch);
    const tokens = await signIn(browser, party, MARIA);
    await party.verify(tokens.id_token ?? '', 'shop');
  } finally {
    await close();
  }
}

/**
 * A handshake that says that the certificate is not revoked, from a responder that runs.
 *
 * @returns what was seen
 */
export async function tryStapling(): Promise<string> {
  const authority = await createCertificateAuthority();
  try {
    const issued = await authority.issue({
      name: 'localhost',
      for: 'server',
      responder: true,
    });
    await authority.startResponder();
    const ports = await freeSitePorts();
    const certificate = {
      ...issued,
      certificate: `${issued.certificate}${authority.certificate}`,
    };
    const files = await tlsSite({ ports, certificate });
    const site = files['site/gatehouse.conf'] ?? '';
    const nginx = await startNginxProcess({
      listening: [ports.tls],
      files: {
        ...files,
        'site/gatehouse.conf': site.replace(
          '# include gatehouse/stapling.conf',
          'include gatehouse/stapling.conf',
        ),
        'site/replicas.conf': replicasAt(['127.0.0.1:9']),
      },
    });
    try {
      // The first handshake only has nginx ask.
      const bytes = await pollUntil(
        async () => (await shakeForStaple(ports.tls, authority.certificate))?.length,
        { deadlineMs: 10_000, everyMs: 200 },
      );
      return `an answer of ${bytes} bytes in the handshake`;
    } finally {
      await nginx.stop();
    }
  } finally {
    await authority.stop();
  }
}

/**
 * A certificate that is renewed under load.
 *
 * @returns what was seen
 */
export async function tryRenewal(): Promise<string> {
  const authority = await createCertificateAuthority();
  const app = await serveApp((_req, res) => res.end('answered'));
  const ports = await freeSitePorts();
  const first = await authority.issue({ name: 'localhost', for: 'server' });
  const second = await authority.issue({ name: 'localhost', for: 'server' });
  const nginx = await startNginxProcess({
    listening: [ports.tls],
    files: {
      ...(await tlsSite({ ports, certificate: first })),
      'site/replicas.conf': replicasAt([`127.0.0.1:${app.port}`]),
    },
  });
  try {
    let isRenewed = false;
    let asked = 0;
    const visitors = Array.from({ length: 4 }, async () => {
      while (!isRenewed) {
        const url = `https://localhost:${ports.tls}/`;
        assert.equal((await askPlainly(url, { authority: authority.certificate })).status, 200);
        asked += 1;
      }
    });
    await nginx.reload({ 'tls/certificate.pem': second.certificate, 'tls/key.pem': second.key });
    const serial = new X509Certificate(second.certificate).serialNumber;
    const shown = pollUntil(
      async () => (await certificateAt(ports.tls, authority.certificate)) === serial,
      { deadlineMs: 10_000 },
    );
    await shown.finally(() => (isRenewed = true));
    await Promise.all(visitors);
    return `the next certificate was there after ${asked} requests, none of which failed`;
  } finally {
    await nginx.stop();
    await app.close();
    await authority.stop();
  }
}

/** @returns the serial number of what is shown */
async function certificateAt(port: number, ca: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca }, () =>
    resolve(socket.getPeerCertificate().serialNumber),
  );
  socket.once('error', reject);
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}

async function shakeForStaple(port: number, ca: string): Promise<Buffer | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | undefined>();
  let staple: Buffer | undefined;
  const socket = connect(
    { host: '127.0.0.1', port, servername: 'localhost', ca, requestOCSP: true },
    () => resolve(staple),
  );
  socket.once('OCSPResponse', (response: Buffer | null) => {
    staple = response ?? undefined;
  });
  socket.once('error', reject);
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}
