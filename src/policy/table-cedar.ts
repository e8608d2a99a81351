import { ARTIFACT_KINDS, type ArtifactKind } from '../domain/artifact.ts';
import type { Action } from '../domain/decision.ts';
import type { Tier } from '../domain/enrolment.ts';
import { cedarOfException } from './exception.ts';
import type { Cell, DecisionTable, TableRow } from './table.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What the generated policies of a table are called, where a place in them is named. */
export const GENERATED = 'programme.yaml (generated)';

/**
 * The Cedar policies a decision table stands for. Each cell gives a permit that opens it and, for
 * participants, a forbid that says why it is still shut; ids begin with `table.`, those of the
 * named exceptions with `except.`.
 */
export function cedarOfTable(table: DecisionTable, vocabulary: Vocabulary): string {
  return [
    ...table.exceptions.map((exception) => cedarOfException(exception, vocabulary)),
    ...table.criteria.map(criterion),
    ...table.tiers.flatMap((tier) => tierPolicies(table, tier)),
    reduced(table),
    sealed(table),
    ...everyone(table),
  ]
    .filter((policy) => policy !== '')
    .join('\n');
}

/** A criterion whose evidence has run out, or was never given, shuts everything. */
function criterion(name: string): string {
  return (
    `@id("table.criterion.${name}")\n@reason("CRITERION_LAPSED")\n` +
    `forbid (principal is Participant, action, resource is Artifact)\n` +
    `when { context.now >= principal.criteria.${name} };\n`
  );
}

function tierPolicies(table: DecisionTable, tier: Tier): string[] {
  const kinds = (holds: (cell: Cell) => boolean) =>
    kindsWhere(table, ({ tiers }) => {
      const cell = tiers[tier];
      return cell !== undefined && holds(cell);
    });
  const is = `principal.tier == Tier::"${tier}"`;
  const leads = Object.keys(table.leads);
  const early = [...leads, 'T0'].flatMap((lead) =>
    before(
      kinds((cell) => cell.opens === lead),
      lead,
    ),
  );
  const only = kinds((cell) => cell.reduced);
  const never = kinds((cell) => cell.opens === null);
  return [
    ...[...leads, 'T0'].flatMap((lead) => [
      opening(
        tier,
        lead,
        'release',
        is,
        kinds((cell) => opensFrom(cell, lead, false)),
      ),
      opening(
        tier,
        lead,
        'releaseReduced',
        is,
        kinds((cell) => opensFrom(cell, lead, true)),
      ),
    ]),
    policy(`table.early.${tier}`, 'TOO_EARLY', 'forbid', early, [is, `(${early.join(' || ')})`]),
    policy(`table.reduced-only.${tier}`, 'REDUCED_ONLY', 'forbid', only, [
      is,
      kindIn(only),
      'resource.variant == Variant::"full"',
    ]),
    policy(`table.withheld.${tier}`, 'KIND_WITHHELD', 'forbid', never, [is, kindIn(never)]),
  ];
}

/** From disclosure on everything that ever opens is open, and says so. */
function opensFrom({ opens, reduced: form }: Cell, lead: string, reduced: boolean): boolean {
  return form === reduced && (lead === 'T0' ? opens !== null : opens === lead);
}

function opening(
  tier: Tier,
  lead: string,
  action: Action,
  is: string,
  kinds: readonly ArtifactKind[],
): string {
  const from =
    lead === 'T0' ? `disclosed.${tier}` : `lead.${lead === tier ? tier : `${tier}.${lead}`}`;
  const reduced = action === 'releaseReduced';
  const reason = reduced ? 'REDUCED_ONLY' : lead === 'T0' ? 'DISCLOSED' : 'LEAD_OPEN';
  const permit = policy(
    `table.${reduced ? 'reduced-' : ''}${from}`,
    reason,
    'permit',
    kinds,
    [is, kindIn(kinds), `context.now >= ${instantOf(lead)}`],
    action,
  );
  // What opened with a lead stays open: this one says besides that disclosure has come.
  const meant = lead === 'T0' && permit !== '';
  return meant ? `@redundant("tells that disclosure has come")\n${permit}` : permit;
}

function before(kinds: readonly ArtifactKind[], lead: string): string[] {
  return kinds.length === 0 ? [] : [`(${kindIn(kinds)} && context.now < ${instantOf(lead)})`];
}

function instantOf(lead: string): string {
  return lead === 'T0' ? 'context.disclosureAt' : `context.opensAt.${lead}`;
}

/** The reduced variant stands in for a full artifact from disclosure on. */
function reduced(table: DecisionTable): string {
  const kinds = kindsWhere(table, (row) => row.reduced === 'T0');
  const conditions = [
    'resource.variant == Variant::"full"',
    kindIn(kinds),
    'context.now >= context.disclosureAt',
  ];
  return policy('table.reduced', 'REDUCED_VARIANT', 'permit', kinds, conditions, 'releaseReduced');
}

function sealed(table: DecisionTable): string {
  const kinds = table.sealedBeforeDisclosure;
  return policy('table.sealed', 'NOT_SEALED', 'forbid', kinds, [
    'context.assurance != Assurance::"sealed"',
    kindIn(kinds),
    'context.now < context.disclosureAt',
  ]);
}

/** Anybody at all gets the public kinds from disclosure on; this is the allow-list for them. */
function everyone(table: DecisionTable): string[] {
  const kinds = kindsWhere(table, (row) => row.everyone === 'T0');
  const open = [kindIn(kinds), 'context.now >= context.disclosureAt'];
  const allowed = ['action == Action::"release"', ...open].join(' && ');
  const otherwise = kinds.length === 0 ? '' : `\nunless { ${allowed} }`;
  const permit =
    kinds.length === 0
      ? []
      : [
          `@id("table.public")\n@reason("PUBLIC_DOCUMENT")\n` +
            `permit (principal is Public, action == Action::"release", resource is Artifact)\n` +
            `when { ${open.join(' && ')} };\n`,
        ];
  return [
    ...permit,
    `@id("table.not-public")\n@reason("NOT_PUBLIC")\n` +
      `forbid (principal is Public, action, resource is Artifact)${otherwise};\n`,
  ];
}

/** One policy for participants, or nothing when it concerns nothing. */
function policy(
  id: string,
  reason: string,
  effect: 'permit' | 'forbid',
  concerned: readonly unknown[],
  conditions: readonly string[],
  action: Action = 'release',
): string {
  if (concerned.length === 0) return '';
  return (
    `@id("${id}")\n@reason("${reason}")\n` +
    `${effect} (principal is Participant, action == Action::"${action}", resource is Artifact)\n` +
    `when { ${conditions.join(' && ')} };\n`
  );
}

function kindsWhere(table: DecisionTable, holds: (row: TableRow) => boolean): ArtifactKind[] {
  return ARTIFACT_KINDS.filter((kind) => holds(table.rows[kind]));
}

function kindIn(kinds: readonly ArtifactKind[]): string {
  return `[${kinds.map((kind) => `Kind::"${kind}"`).join(', ')}].contains(resource.kind)`;
}
