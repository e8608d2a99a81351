import {
  ARTIFACT_KINDS,
  TERM_TEXT,
  USE_PERMISSIONS,
  type UsePermission,
} from '../../domain/artifact.ts';
import { ADDENDA, ROLES } from '../../domain/enrolment.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/instant.ts';
import { refusePack } from '../refuse.ts';
import { span } from '../span.ts';
import { flag, someCodes, someWords } from '../values.ts';
import { entries, fields, form, list, text, unexpected, word, type Yaml } from '../yaml.ts';
import {
  type AddendumGate,
  AUDIENCES,
  type Audience,
  type Clause,
  CONDITIONS,
  type DifferentPatch,
  type Offset,
  SAFE_FIELDS,
  type SafeField,
  TERMS,
  type Term,
  type UseSection,
} from './section.ts';

/**
 * The audience that a permission is about by its nature. Null: distributing is to somebody, and the
 * pack says to whom.
 */
const AUDIENCE_OF: Readonly<Record<UsePermission, Audience | null>> = {
  read: 'self',
  build_protection: 'self',
  test: 'self',
  deploy_internal: 'self',
  // [R42] Deployed for whoever uses the service, on public systems too.
  deploy_hosted: 'anyone',
  distribute_binary: null,
  distribute_source: null,
  ship_detection: null,
  share_peers: 'peers',
  share_clients: 'clients',
  announce_existence: 'anyone',
  external_ai_processing: 'self',
};

const OFFSET = /^(receipt|T0)(?: \+ (?:(\d{1,2}) months?|(\d{1,4})(d|h|m)))?$/;
const UNIT_MS = { d: DAY_MS, h: HOUR_MS, m: MINUTE_MS };
const TERM_CODES = Object.keys(TERMS) as Term[];

/**
 * Parses the `use:` section (docs/policy/use.md).
 * @throws POLICY_INVALID naming file, line and what is missing or unknown.
 */
export function parseUse(yaml: Yaml): UseSection {
  const root = fields(yaml, ['permissions', 'different_patch'], ['terms', 'addenda']);
  const permissions = fields(root.permissions, [], USE_PERMISSIONS);
  const announce = permissions.announce_existence;
  const given = USE_PERMISSIONS.flatMap((permission) => {
    const clauses = permissions[permission];
    return clauses === undefined ? [] : [[permission, parseClauses(permission, clauses)] as const];
  });
  return {
    permissions: new Map(given),
    announce: announce === undefined ? [] : parseFields(announce),
    differentPatch: parseDifferentPatch(root.different_patch),
    terms: root.terms === undefined ? new Map() : parseTerms(root.terms),
    addenda: root.addenda === undefined ? [] : parseAddenda(root.addenda),
  };
}

/** One way to have it, or a list of several. */
function parseClauses(permission: UsePermission, yaml: Yaml): Clause[] {
  const several = Array.isArray(yaml.node?.toJSON());
  const clauses = several ? list(yaml) : [yaml];
  if (clauses.length === 0) throw unexpected(yaml, 'how it is had, or leave it out');
  return clauses.map((clause) => parseClause(permission, clause));
}

const CLAUSE_KEYS = ['until', 'if', 'patch_only', 'kinds', 'addendum'] as const;

function parseClause(permission: UsePermission, yaml: Yaml): Clause {
  const natural = AUDIENCE_OF[permission];
  const extra = permission === 'announce_existence' ? (['fields'] as const) : [];
  const required = ['from', ...(natural === null ? (['to'] as const) : []), ...extra] as const;
  const keys = fields(yaml, required, CLAUSE_KEYS);
  const { until, kinds, addendum, patch_only: patchOnly } = keys;
  return {
    from: parseOffset(keys.from),
    until: until === undefined ? null : parseOffset(until),
    audience: natural ?? word(keys.to, AUDIENCES),
    conditions: keys.if === undefined ? [] : someWords(keys.if, CONDITIONS),
    patchOnly: patchOnly === undefined ? [] : someCodes(patchOnly),
    kinds: kinds === undefined ? [] : someWords(kinds, ARTIFACT_KINDS),
    addendum: addendum === undefined ? null : word(addendum, ADDENDA),
  };
}

/** `receipt`, `T0`, `receipt + 3 months`, `T0 + 7d`. */
function parseOffset(yaml: Yaml): Offset {
  const [, after, months = '0', count = '0', unit = 'd'] = OFFSET.exec(text(yaml)) ?? [];
  if (after !== 'receipt' && after !== 'T0') {
    throw unexpected(yaml, 'receipt, T0, or one of them and a time: receipt + 3 months, T0 + 7d');
  }
  const ms = unit === 'd' || unit === 'h' || unit === 'm' ? Number(count) * UNIT_MS[unit] : 0;
  return { after, months: Number(months), ms };
}

/** Whoever says an id or a date says that there is an alert. */
function parseFields(yaml: Yaml): SafeField[] {
  const listed = entries(yaml).get('fields');
  if (listed === undefined) throw unexpected(yaml, 'one mapping with fields');
  const found = someWords(listed, SAFE_FIELDS);
  if (!found.includes('existence')) throw unexpected(listed, 'existence among the fields');
  return found;
}

function parseDifferentPatch(yaml: Yaml): DifferentPatch {
  const rule: unknown = yaml.node?.toJSON();
  if (rule === 'allowed' || rule === 'refused') return { rule };
  if (typeof rule !== 'object' || rule === null)
    throw unexpected(yaml, 'allowed, refused, or {ask_within: 24h}');
  return { rule: 'ask', withinMs: span(fields(yaml, ['ask_within']).ask_within) };
}

function parseTerms(yaml: Yaml): Map<Term, string> {
  const found = fields(yaml, [], TERM_CODES);
  return new Map(
    TERM_CODES.flatMap((term) => {
      const says = found[term];
      return says === undefined ? [] : [[term, termText(says)] as const];
    }),
  );
}

/** It has to fit on every copy, and on a terminal. */
function termText(yaml: Yaml): string {
  return form(yaml, TERM_TEXT, 'one line of 1 to 200 characters')[0];
}

function parseAddenda(yaml: Yaml): AddendumGate[] {
  return [...entries(yaml)].map(([name, gate]) => {
    const addendum = ADDENDA.find((each) => each === name);
    if (addendum === undefined) {
      throw refusePack(gate.place, `unknown addendum ${gate.path}`, `known: ${ADDENDA.join(', ')}`);
    }
    const keys = fields(gate, ['asked_of', 'kinds'], ['feeds']);
    return {
      addendum,
      roles: someWords(keys.asked_of, ROLES),
      kinds: someWords(keys.kinds, ARTIFACT_KINDS),
      feeds: keys.feeds !== undefined && flag(keys.feeds),
    };
  });
}
