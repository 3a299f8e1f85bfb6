/**
 * Checks which room imports which, by the rules of `.dependency-cruiser.mjs`.
 */
import { fileURLToPath } from 'node:url';
import { Visitor } from '@swc/core/Visitor.js';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** One import that a rule forbids. */
interface Violation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
  /** Why the rule is there. */
  readonly comment: string;
}

/**
 * Checks every module under `src/` of a tree.
 *
 * @param root - absolute path of the tree; default: this project
 * @returns `modules` is how many were read: none means that nothing was checked
 */
export async function checkImportRules(
  root: string = ROOT,
): Promise<{ modules: number; violations: Violation[] }> {
  teachUsing();
  const { forbidden = [], options = {} } = await extractDepcruiseConfig(
    `${ROOT}.dependency-cruiser.mjs`,
  );
  const { output } = await cruise(['src'], {
    ...options,
    baseDir: root,
    validate: true,
    ruleSet: { forbidden },
  });
  if (typeof output === 'string') throw new Error(output);
  return { modules: countOwnModules(output), violations: violationsIn(output, forbidden) };
}

type Rules = NonNullable<Awaited<ReturnType<typeof extractDepcruiseConfig>>['forbidden']>;

function violationsIn(output: ICruiseResult, rules: Rules): Violation[] {
  return output.summary.violations.map(({ rule, from, to }) => ({
    rule: rule.name,
    from,
    to,
    comment: rules.find((one) => one.name === rule.name)?.comment ?? '',
  }));
}

function countOwnModules(output: ICruiseResult): number {
  return output.modules.filter((one) => /^src\/.*\.ts$/.test(one.source)).length;
}

/** swc's visitor does not know the statement `using` yet, and would give up on the whole run. */
function teachUsing(): void {
  const known = Visitor.prototype.visitStatement;
  Visitor.prototype.visitStatement = function visitStatement(statement) {
    const { type }: { type: string } = statement;
    return type === 'UsingDeclaration' ? statement : known.call(this, statement);
  };
}

if (import.meta.main) {
  const { modules, violations } = await checkImportRules();
  for (const { rule, from, to, comment } of violations) {
    process.stdout.write(`${from} must not import ${to} (${rule}): ${comment}\n`);
  }
  process.stdout.write(`import rules: ${modules} modules, ${violations.length} violations\n`);
  process.exitCode = modules > 0 && violations.length === 0 ? 0 : 1;
}
