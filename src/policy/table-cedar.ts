import { ARTIFACT_KINDS, type ArtifactKind } from '../domain/artifact.ts';
import type { ACTIONS } from '../domain/decision.ts';
import type { Tier } from '../domain/enrolment.ts';
import type { Cell, DecisionTable, TableRow } from './table.ts';

/** What the generated policies of a table are called, where a place in them is named. */
export const GENERATED = 'programme.yaml (generated)';

/**
 * The Cedar policies a decision table stands for. Each cell gives a permit that opens it and, for
 * participants, a forbid that says why it is still shut; ids begin with `table.`.
 */
export function cedarOfTable(table: DecisionTable): string {
  const tiers = Object.keys(table.leads);
  return [
    ...tiers.flatMap((tier) => tierPolicies(table, tier)),
    reduced(table),
    sealed(table),
    ...everyone(table),
  ]
    .filter((policy) => policy !== '')
    .join('\n');
}

function tierPolicies(table: DecisionTable, tier: Tier): string[] {
  const kinds = (...cells: readonly Cell[]) =>
    kindsWhere(table, (row) => cells.some((cell) => row.tiers[tier] === cell));
  const early = [
    ...before(kinds('lead'), `context.opensAt.${tier}`),
    ...before(kinds('T0'), 'context.disclosureAt'),
  ];
  const is = `principal.tier == Tier::"${tier}"`;
  return [
    policy(`table.lead.${tier}`, 'LEAD_OPEN', 'permit', kinds('lead'), [
      is,
      kindIn(kinds('lead')),
      `context.now >= context.opensAt.${tier}`,
    ]),
    policy(`table.disclosed.${tier}`, 'DISCLOSED', 'permit', kinds('lead', 'T0'), [
      is,
      kindIn(kinds('lead', 'T0')),
      'context.now >= context.disclosureAt',
    ]),
    policy(`table.early.${tier}`, 'TOO_EARLY', 'forbid', early, [is, `(${early.join(' || ')})`]),
    policy(`table.withheld.${tier}`, 'KIND_WITHHELD', 'forbid', kinds('never'), [
      is,
      kindIn(kinds('never')),
    ]),
  ];
}

function before(kinds: readonly ArtifactKind[], instant: string): string[] {
  return kinds.length === 0 ? [] : [`(${kindIn(kinds)} && context.now < ${instant})`];
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
  action: (typeof ACTIONS)[number] = 'release',
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
