import { printable } from './printable.ts';
import type { FieldChange, SeedChange, SeedPlan } from './seed-plan.ts';

/** A plan as machines read it. */
export interface PlanDocument {
  readonly changes: readonly (Pick<SeedChange, 'action' | 'kind' | 'tenant' | 'name'> & {
    /** Absent values are null; secrets are fingerprints. */
    readonly fields: readonly FieldChange[];
  })[];
  readonly warnings: readonly string[];
  readonly summary: { readonly create: number; readonly update: number };
}

/** The plan as one JSON value. */
export function planDocument(plan: SeedPlan): PlanDocument {
  return {
    changes: plan.changes.map(({ action, kind, tenant, name, fields }) => ({
      action,
      kind,
      tenant,
      name,
      fields: fields.map(({ field, from, to }) => ({ field, from: from ?? null, to: to ?? null })),
    })),
    warnings: plan.warnings,
    summary: summaryOf(plan),
  };
}

/**
 * The plan as people read it: `+` for what is created, `~` for what changes, one line per field.
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
  const { create, update } = summaryOf(plan);
  return `${create} ${words.create}, ${update} ${words.update}`;
}

function summaryOf(plan: SeedPlan): PlanDocument['summary'] {
  const create = plan.changes.filter(({ action }) => action === 'create').length;
  return { create, update: plan.changes.length - create };
}

function describeField(action: SeedChange['action'], { field, from, to }: FieldChange): string {
  if (action === 'create') return `${field}: ${describeValue(to)}`;
  return `${field}: ${describeValue(from)} → ${describeValue(to)}`;
}

function describeValue(value: unknown): string {
  return value === undefined ? 'none' : printable(JSON.stringify(value));
}
