/**
 * In the place of Grafana, of which it does what its settings here ask for: it reads the administrator's
 * password, data sources, and the dashboards of each provider, and asks a data source in somebody's name.
 * As the real one it does not start without them.
 */
const { accessSync, constants, readdirSync, readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { join } = require('node:path');

const PROVISIONING = '/etc/grafana/provisioning';

/** The values of a key in a file of YAML as simple as these are. */
function valuesOf(file, key) {
  const lines = readFileSync(join(PROVISIONING, file), 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [, name, value] = /^[\s-]*(\w+): (\S.*)$/.exec(line) ?? [];
    return name === key ? [value] : [];
  });
}

const password = readFileSync(process.env.GF_SECURITY_ADMIN_PASSWORD__FILE, 'utf8').trim();
const urls = valuesOf('datasources/gatehouse.yml', 'url');
const uids = valuesOf('datasources/gatehouse.yml', 'uid');
const sources = new Map(uids.map((uid, index) => [uid, urls[index]]));
const dashboards = valuesOf('dashboards/gatehouse.yml', 'path').flatMap((path) =>
  readdirSync(path)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(path, name), 'utf8'))),
);
accessSync('/var/lib/grafana', constants.W_OK);
accessSync('/tmp', constants.W_OK);

/** What Grafana's own API has under the same paths. */
async function answer({ url, headers }) {
  if (url === '/api/health') return { database: 'ok' };
  const given = Buffer.from((headers.authorization ?? '').replace('Basic ', ''), 'base64');
  if (String(given) !== `admin:${password}`) return undefined;
  if (url === '/api/search') return dashboards.map(({ uid, title }) => ({ uid, title }));
  const [, uid, path] = /^\/api\/datasources\/proxy\/uid\/([\w-]+)(\/.*)$/.exec(url) ?? [];
  return (await fetch(new URL(path, sources.get(uid)))).json();
}

createServer(async (req, res) => {
  try {
    const said = await answer(req);
    res.writeHead(said === undefined ? 401 : 200).end(JSON.stringify(said));
  } catch (error) {
    res.writeHead(502).end(String(error));
  }
}).listen(3000);
process.on('SIGTERM', () => process.exit());
