import { printable } from './printable.ts';
import type { FieldChange, SeedChange, SeedPlan, Unnamed } from './seed-plan.ts';
import type { ChangedIn } from './seed-record.ts';

/** A plan as machines read it. */
export interface PlanDocument {
  readonly changes: readonly (Pick<SeedChange, 'action' | 'kind' | 'tenant' | 'name'> & {
    /** Absent values are null; secrets are fingerprints. */
    readonly fields: readonly (Pick<FieldChange, 'field' | 'from' | 'to'> & {
      readonly changedIn: ChangedIn | null;
    })[];
  })[];
  /** What seeds manage and the files do not name, and what stays all the same. */
  readonly kept: readonly (Pick<Unnamed, 'kind' | 'tenant' | 'name'> & {
    readonly because: string | null;
  })[];
  readonly warnings: readonly string[];
  readonly summary: {
    readonly create: number;
    readonly update: number;
    readonly remove: number;
    /** How many of those to update were changed in the database since the last apply. */
    readonly drift: number;
  };
}

/** Who changed a field since the last apply; nothing of the ordinary case, a file that changed. */
const SIDES: Readonly<Record<ChangedIn, string>> = {
  file: '',
  database: '   (changed in the database)',
  both: '   (both changed)',
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
    kept: plan.kept.map(({ because, ...one }) => ({ ...one, because: because ?? null })),
    warnings: plan.warnings,
    summary: summaryOf(plan),
  };
}

/** Things of a tenant that are kept and shown; the rest is counted. */
const SHOWN_KEPT = 20;

const SIGNS: Readonly<Record<SeedChange['action'], string>> = {
  create: '+',
  update: '~',
  remove: '-',
};

/**
 * The plan as people read it: `+` for what is created, `~` for what changes, `-` for what is
 * removed, one line per field, and at its end whether somebody changed it in the database since
 * the last apply. What seeds manage, the files do not name and stays has no sign.
 */
export function describePlan(plan: SeedPlan): string {
  const keptThings = Map.groupBy(
    plan.kept.filter(({ kind }) => kind !== 'tenant'),
    ({ tenant }) => tenant,
  );
  const changes = Map.groupBy(plan.changes, ({ tenant }) => tenant);
  const blocks = [...new Set([...changes.keys(), ...keptThings.keys()])].map((tenant) =>
    [
      `Tenant ${tenant}`,
      ...(changes.get(tenant) ?? []).flatMap(describeChange),
      ...describeKept(keptThings.get(tenant) ?? []),
      '',
    ].join('\n'),
  );
  const notes = [...plan.warnings, ...describeKeptTenants(plan)].map((note) => `Note: ${note}`);
  return [...blocks, ...notes].join('\n');
}

function describeChange(change: SeedChange): string[] {
  const { action, kind, name, fields } = change;
  return [
    `  ${SIGNS[action]} ${kind} ${printable(name)}`,
    ...fields.map((field) => `      ${describeField(action, field)}`),
  ];
}

function describeKept(kept: readonly Unnamed[]): string[] {
  const lines = kept.slice(0, SHOWN_KEPT).map(({ kind, name, because }) => {
    const why = because === undefined ? 'kept; --prune removes it' : `kept: ${because}`;
    return `    ${kind} ${printable(name)}: not in the files (${why})`;
  });
  const rest = kept.length - SHOWN_KEPT;
  return rest > 0 ? [...lines, `    … and ${rest} more that are not in the files (kept)`] : lines;
}

function describeKeptTenants({ kept }: SeedPlan): string[] {
  const slugs = kept.flatMap(({ kind, name }) => (kind === 'tenant' ? [name] : []));
  if (slugs.length === 0) return [];
  const shown = slugs.slice(0, SHOWN_KEPT).join(', ');
  const rest = slugs.length > SHOWN_KEPT ? ` and ${slugs.length - SHOWN_KEPT} more` : '';
  return [
    `tenants that seeds manage and these files do not name: ${shown}${rest} (kept; --prune-tenants disables them)`,
  ];
}

/** `2 to create, 1 to change`, and what is removed if anything is. */
export function describeSummary(
  plan: SeedPlan,
  words: { create: string; update: string; remove: string },
): string {
  const { create, update, remove, drift } = summaryOf(plan);
  const drifted = drift === 0 ? '' : ` (${drift} changed in the database since the last apply)`;
  const removed = remove === 0 ? '' : `, ${remove} ${words.remove}`;
  return `${create} ${words.create}, ${update} ${words.update}${drifted}${removed}`;
}

function summaryOf(plan: SeedPlan): PlanDocument['summary'] {
  const count = (wanted: SeedChange['action']) =>
    plan.changes.filter(({ action }) => action === wanted).length;
  const drift = plan.changes.filter(({ fields }) =>
    fields.some(({ changedIn }) => changedIn === 'database' || changedIn === 'both'),
  ).length;
  return { create: count('create'), update: count('update'), remove: count('remove'), drift };
}

function describeField(action: SeedChange['action'], change: FieldChange): string {
  const { field, from, to, changedIn } = change;
  if (action === 'create') return `${field}: ${describeValue(to)}`;
  if (action === 'remove') return `${field}: ${describeValue(from)}`;
  const side = changedIn === undefined ? '' : SIDES[changedIn];
  return `${field}: ${describeValue(from)} → ${describeValue(to)}${side}`;
}

function describeValue(value: unknown): string {
  return value === undefined ? 'unset' : printable(JSON.stringify(value));
}
