import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { allExpressions } from '../monitoring/expressions.ts';
import { NotToBeHad, ROOT, runProgram, type Trial } from './trial.ts';

/** Prometheus 3.16: Debian's is older by one major version. */
const VERSION = 'v0.316.0';

/** Reads expressions, one a line, with Prometheus's own parser; says which it refuses. */
const SOURCE = `package main

import (
	"bufio"
	"fmt"
	"os"

	"github.com/prometheus/prometheus/promql/parser"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	promql := parser.NewParser(parser.Options{})
	for lines.Scan() {
		if _, err := promql.ParseExpr(lines.Text()); err != nil {
			fmt.Println(err, lines.Text())
		}
	}
}
`;

async function parser(): Promise<string> {
  const directory = join(ROOT, '.cache/go-tools', `promql@${VERSION}`);
  const program = join(directory, 'promql');
  const isThere = await access(program).then(
    () => true,
    () => false,
  );
  if (isThere) return program;
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'go.mod'), 'module promql\n');
  await writeFile(join(directory, 'main.go'), SOURCE);
  const options = {
    cwd: directory,
    env: { ...process.env, GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' },
  };
  try {
    await runProgram('go', ['get', `github.com/prometheus/prometheus@${VERSION}`], options);
    await runProgram('go', ['build', '-o', program, '.'], options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new NotToBeHad(`the parser of Prometheus ${VERSION}, built by Go: ${reason}`, {
      cause: error,
    });
  }
  return program;
}

/** What a current Prometheus, such as that of Compose, reads. */
export const CURRENT_PROMQL: readonly Trial[] = [
  {
    artefact: 'expressions of rules and dashboards',
    how: 'by the parser of a current Prometheus (3), built from its module',
    covers: ['deploy/prometheus/alerts.yml', 'deploy/prometheus/recording.yml'],
    async run() {
      const expressions = await allExpressions();
      const input = expressions.map(({ expr }) => `${expr.replaceAll('\n', ' ')}\n`).join('');
      const { stdout } = await runProgram(await parser(), [], { input });
      if (stdout !== '') throw new Error(stdout);
      return `all ${expressions.length} are understood`;
    },
  },
];
