import assert from 'node:assert/strict';
import { chown, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePrograms } from '../debian-programs.ts';
import { checkEnvironments } from './compose-environments.ts';
import { buildLoader, loadProject, mustHave } from './compose-project.ts';
import { checkReferences, checkTemplates } from './compose-references.ts';
import {
  checkDevelopment,
  checkEach,
  checkNoKnownSecrets,
  checkOrder,
  checkProduction,
  checkRefusals,
} from './compose-services.ts';
import { NotToBeHad, ROOT, runProgram, type Trial } from './trial.ts';

const FILE = (name: string) => `docker-compose${name === '' ? '' : `.${name}`}.yml`;
const NGINX = '/usr/sbin/nginx';
const HOST = 'login.example.com';
/** A user who is not root. */
const SOMEBODY = 1000;

/** The compose files, by the loader of Docker Compose itself. */
export const COMPOSE: readonly Trial[] = [
  {
    artefact: 'compose',
    how: 'parsed, merged and checked by compose-go with each override; its environments by the server',
    covers: [...['', 'dev', 'test', 'prod', 'monitoring'].map(FILE), 'deploy/compose'],
    run: tryCompose,
  },
];

async function tryCompose(): Promise<string> {
  if (process.getuid?.() !== 0) {
    throw new NotToBeHad('secrets that belong to their readers, which only root may give away');
  }
  await buildLoader();
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-compose-'));
  try {
    return await tryAll(home);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function tryAll(home: string): Promise<string> {
  const secrets = join(home, 'secrets');
  const own = join(home, 'own.env');
  await makeSecrets(secrets, own);
  await runProgram('sh', ['-c', `printf 'SECRETS=%s\n' "${secrets}" >>"${own}"`]);
  const prod = join(home, 'prod.env');
  const example = await readFile(join(ROOT, 'deploy/compose/prod.env.example'), 'utf8');
  await writeFile(prod, `${example}\nSECRETS=${secrets}\n`);
  const uploading = join(home, 'uploading.env');
  const upload = `BACKUP_UPLOAD=/usr/local/bin/upload\nBACKUP_UPLOAD_SECRETS=${secrets}\n`;
  await writeFile(uploading, `${example}\nSECRETS=${secrets}\n${upload}`);
  const dev = join(ROOT, 'deploy/compose/dev.env');
  const combinations: readonly [string, readonly string[]][] = [
    [own, ['']],
    [own, ['', 'monitoring']],
    [dev, ['', 'dev']],
    [dev, ['', 'test']],
    [dev, ['', 'test', 'monitoring']],
    [dev, ['', 'dev', 'monitoring']],
    [prod, ['', 'prod']],
    [prod, ['', 'prod', 'monitoring']],
    [uploading, ['', 'prod', 'upload']],
  ];
  let services = 0;
  for (const [envFile, names] of combinations) {
    const project = await loadProject(envFile, names.map(FILE));
    try {
      await checkReferences(project, envFile);
      checkEach(project);
      checkRefusals(project);
      checkOrder(project);
      await checkTemplates(mustHave(project, 'nginx'));
      await checkEnvironments(project, envFile, home);
      if (names.includes('prod')) await checkProduction(project);
      if (names.includes('dev') || names.includes('test')) checkDevelopment(project, names);
      else checkNoKnownSecrets(project);
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      throw new Error(`${names.map(FILE).join(' + ')}: ${said}`, { cause: error });
    }
    services += Object.keys(project.services).length;
  }
  await backUpUnsigned(home, `${example}\nSECRETS=${secrets}\n`);
  await refuseNothing(home);
  await tryPlainSite(home);
  return `${combinations.length} combinations, ${services} services: all that they name is there`;
}

/** First for a look, by somebody who is not root, and then for production at the same place. */
async function makeSecrets(secrets: string, envFile: string): Promise<void> {
  const make = (args: readonly string[]) =>
    runProgram(join(ROOT, 'deploy/compose/make-secrets.sh'), args, {
      env: {
        PATH: process.env.PATH,
        SECRETS: secrets,
        SERVER_NAME: HOST,
        SMTP_URL: 'smtp://mail.example.com:587',
        ALERT_WEBHOOK_URL: 'https://alerts.example.com/hook',
      },
    });
  const certificate = join(secrets, 'certificate.pem');
  const key = join(secrets, 'key.pem');
  await make(['env', envFile]);
  for (const file of [certificate, key]) await chown(file, SOMEBODY, SOMEBODY);
  await make(['files']);
  const subject = ['x509', '-noout', '-subject', '-in', certificate];
  assert.match((await runProgram('openssl', subject)).stdout, new RegExp(`CN ?= ?${HOST}`));
  // What somebody puts into their place stays, and is given to its reader.
  const before = await readFile(key, 'utf8');
  await chown(key, SOMEBODY, SOMEBODY);
  await make(['files']);
  assert.equal(await readFile(key, 'utf8'), before);
}

/** Unset is unset, and what somebody left empty is seen to be: backup.sh tells them apart. */
async function backUpUnsigned(home: string, example: string): Promise<void> {
  const line = /^BACKUP_SIGNING_KEY=.*$/m;
  const cases: readonly [string, string | null][] = [
    [example, '/etc/backup/signing.pem'],
    [example.replace(line, ''), null],
    [example.replace(line, 'BACKUP_SIGNING_KEY='), ''],
  ];
  const envFile = join(home, 'unsigned.env');
  for (const [text, key] of cases) {
    await writeFile(envFile, text);
    const project = await loadProject(envFile, ['', 'prod'].map(FILE));
    assert.equal(mustHave(project, 'backup').environment?.BACKUP_SIGNING_KEY, key);
  }
}

/** Without an environment nothing is guessed. */
async function refuseNothing(home: string): Promise<void> {
  const empty = join(home, 'empty.env');
  await writeFile(empty, '');
  for (const names of [[''], ['', 'prod']]) {
    const said = await loadProject(empty, names.map(FILE)).then(
      () => 'nothing',
      (error: unknown) => String(error),
    );
    assert.match(said, /required variable \w+ is missing a value: \S+/);
  }
}

/** The site of development, without TLS, by nginx. Docker's DNS is not here: a replica by address. */
async function tryPlainSite(home: string): Promise<void> {
  await ensurePrograms({ [NGINX]: 'nginx-light' });
  const at = join(home, 'nginx');
  await cp(join(ROOT, 'deploy/nginx'), at, { recursive: true });
  await rm(join(at, 'site'), { recursive: true });
  await mkdir(join(at, 'site'));
  const template = join(ROOT, 'deploy/compose/nginx-plain.conf.template');
  const values: Readonly<Record<string, string>> = {
    SERVER_NAME: 'localhost',
    ACCESS_LOG: join(at, 'access.log'),
    CLIENT_CERTIFICATES: 'none',
  };
  const site = (await readFile(template, 'utf8')).replaceAll(
    /\$\{(\w+)\}/g,
    (_, name: string) => values[name] ?? assert.fail(`nothing says ${name}`),
  );
  await writeFile(join(at, 'site/gatehouse.conf'), site);
  await cp(join(ROOT, 'deploy/nginx/site/replicas.conf.example'), join(at, 'site/replicas.conf'));
  const pid = `pid ${join(at, 'nginx.pid')};`;
  const { stderr } = await runProgram(NGINX, [
    '-t',
    '-p',
    at,
    '-c',
    join(at, 'nginx.conf'),
    '-g',
    pid,
  ]);
  assert.match(stderr, /test is successful/);
}
