import { printable } from './printable.ts';
import type { FieldChange, SeedChange, SeedPlan } from './seed-plan.ts';
import type { ChangedIn } from './seed-record.ts';

/** A plan as machines read it. */
export interface PlanDocument {
  readonly changes: readonly (Pick<SeedChange, 'action' | 'kind' | 'tenant' | 'name'> & {
    /** Absent values are null; secrets are fingerprints. */
    readonly fields: readonly (Pick<FieldChange, 'field' | 'from' | 'to'> & {
      readonly changedIn: ChangedIn | null;
    })[];
  })[];
  readonly warnings: readonly string[];
  readonly summary: {
    readonly create: number;
    readonly update: number;
    /** How many of those to update were changed in the database since the last apply. */
    readonly drift: number;
  };
}

/** Who changed a field since the last apply. */
const SIDES: Readonly<Record<ChangedIn, string>> = {
  file: 'the file changed',
  database: 'changed in the database',
  both: 'both changed',
};

/** The plan as one JSON value. */
export function planDocument(plan: SeedPlan): PlanDocument {
  return {
    changes: plan.changes.map(({ action, kind, tenant, name, fields }) => ({
      action,
      kind,
      tenant,
      name,
      fields: fields.map(({ field, from, to, changedIn }) => ({
        field,
        from: from ?? null,
        to: to ?? null,
        changedIn: changedIn ?? null,
      })),
    })),
    warnings: plan.warnings,
    summary: summaryOf(plan),
  };
}

/**
 * The plan as people read it: `+` for what is created, `~` for what changes, one line per field,
 * and at its end who changed it since the last apply, the file or somebody in the database.
 */
export function describePlan(plan: SeedPlan): string {
  const lines: string[] = [];
  let tenant: string | undefined;
  for (const change of plan.changes) {
    if (change.tenant !== tenant) {
      lines.push(...(tenant === undefined ? [] : ['']), `Tenant ${change.tenant}`);
      tenant = change.tenant;
    }
    lines.push(
      `  ${change.action === 'create' ? '+' : '~'} ${change.kind} ${printable(change.name)}`,
    );
    for (const field of change.fields) lines.push(`      ${describeField(change.action, field)}`);
  }
  if (plan.changes.length > 0) lines.push('');
  for (const warning of plan.warnings) lines.push(`Note: ${warning}`);
  return lines.join('\n');
}

/** `2 to create, 1 to change`. */
export function describeSummary(plan: SeedPlan, words: { create: string; update: string }): string {
  const { create, update, drift } = summaryOf(plan);
  const drifted = drift === 0 ? '' : ` (${drift} changed in the database since the last apply)`;
  return `${create} ${words.create}, ${update} ${words.update}${drifted}`;
}

function summaryOf(plan: SeedPlan): PlanDocument['summary'] {
  const create = plan.changes.filter(({ action }) => action === 'create').length;
  const drift = plan.changes.filter(({ fields }) =>
    fields.some(({ changedIn }) => changedIn === 'database' || changedIn === 'both'),
  ).length;
  return { create, update: plan.changes.length - create, drift };
}

function describeField(action: SeedChange['action'], change: FieldChange): string {
  const { field, from, to, changedIn } = change;
  if (action === 'create') return `${field}: ${describeValue(to)}`;
  const side = changedIn === undefined ? '' : `   (${SIDES[changedIn]})`;
  return `${field}: ${describeValue(from)} → ${describeValue(to)}${side}`;
}

function describeValue(value: unknown): string {
  return value === undefined ? 'none' : printable(JSON.stringify(value));
}
