/** What compose files name: networks, volumes, secrets, files, and what templates are filled in with. */
import assert from 'node:assert/strict';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Project, Service } from './compose-project.ts';

/** Not of this repository. */
const OF_THE_HOST = [
  '/var/lib/docker/containers',
  '/var/www/acme',
  '/etc/gatehouse/recipients.txt',
  '/etc/gatehouse/signing.pem',
  '/var/backups/gatehouse',
];

/** Every network, volume, secret, mounted file and service that is named. */
export async function checkReferences(project: Project, envFile: string): Promise<void> {
  const given = parseEnv(await readFile(envFile, 'utf8'));
  for (const [name, service] of Object.entries(project.services)) {
    for (const network of Object.keys(service.networks ?? {})) {
      assert.ok(project.networks?.[network], `${name}: no network ${network}`);
    }
    for (const other of Object.keys(service.depends_on ?? {})) {
      assert.ok(project.services[other], `${name}: no service ${other}`);
    }
    assert.equal(service.configs, undefined, `${name}: configs, which nobody has looked at here`);
    const { context, dockerfile = '' } = service.build ?? {};
    if (context !== undefined) await mustBeThere(name, join(context, dockerfile));
    await checkMounts(project, name, service);
    await checkSecrets(project, name, service, given);
  }
}

async function checkMounts(project: Project, name: string, service: Service): Promise<void> {
  for (const { type, source = '' } of service.volumes ?? []) {
    if (type === 'bind') await mustBeThere(name, source);
    else assert.ok(source in (project.volumes ?? {}), `${name}: no volume ${source}`);
  }
}

async function checkSecrets(
  project: Project,
  name: string,
  service: Service,
  given: NodeJS.Dict<string>,
): Promise<void> {
  for (const { source } of service.secrets ?? []) {
    const { file, environment: variable } = project.secrets?.[source] ?? {};
    if (file !== undefined) await mustBeThere(name, file);
    // Nobody need be told of alerts.
    else if (variable !== 'ALERT_WEBHOOK_URL') {
      assert.ok(variable !== undefined, `${name}: no secret ${source}`);
      assert.ok(given[variable], `${name}: ${source}: nothing says ${variable}`);
    }
  }
}

async function mustBeThere(name: string, file: string): Promise<void> {
  if (OF_THE_HOST.includes(file)) return;
  await access(file).catch(() => assert.fail(`${name}: there is no ${file}`));
}

/** What nginx's entrypoint fills templates in with; it finds Docker's DNS server by itself. */
export async function checkTemplates({ volumes = [], environment = {} }: Service): Promise<void> {
  const known = [...Object.keys(environment), 'NGINX_LOCAL_RESOLVERS'];
  const templates = volumes.filter(({ target }) => target.startsWith('/etc/nginx/templates/'));
  assert.equal(templates.length, 2, 'the site, and its replicas');
  for (const { source = '' } of templates) {
    for (const [, name = ''] of (await readFile(source, 'utf8')).matchAll(/\$\{(\w+)\}/g)) {
      assert.ok(known.includes(name), `nothing says ${name} of ${source}`);
    }
  }
}
