import { REASON_CODES, type ReasonCode } from '../domain/decision.ts';
import type { Place } from './refuse.ts';
import { refusePack } from './refuse.ts';
import type { Attribute, Vocabulary } from './vocabulary.ts';
import { entries, fields, list, text, unexpected, word, type Yaml } from './yaml.ts';

/** One thing an exception asks: an attribute, and what is asked of it. */
type Asked = { readonly name: string; readonly of: Yaml };

/** Until when an exception holds: in the words of the table, and as the instant in Cedar. */
const UNTIL = {
  always: null,
  T0: 'context.disclosureAt',
  fix_ready: 'context.events.fixReadyAt',
  own_embargo_limit: 'principal.embargoOpensAt',
  public: 'context.events.publicAt',
  third_party: 'context.events.thirdPartyAt',
} as const;
const UNTIL_WORDS = Object.keys(UNTIL) as (keyof typeof UNTIL)[];

/**
 * A named exception of a table: what it withholds from participants although the table gives it.
 */
export type Exception = {
  readonly id: string;
  readonly place: Place;
  readonly reason: ReasonCode;
  readonly hold: boolean;
  /** All must hold for the exception to bite. */
  readonly when: readonly Asked[];
  /** One is enough for it not to. */
  readonly unless: readonly Asked[];
  readonly until: keyof typeof UNTIL;
};

const ID = /^[a-z][a-z0-9-]{0,40}$/;

/**
 * Parses `exceptions`: by name, `reason` and `when`, and perhaps `unless`, `until` and `outcome`.
 * What the attributes are called is known only with the whole pack: `cedarOfException` checks.
 * @throws POLICY_INVALID
 */
export function parseExceptions(yaml: Yaml): Exception[] {
  return [...entries(yaml)].map(([id, body]) => {
    if (!ID.test(id))
      throw refusePack(body.place, `${body.path}: expected a name such as low-risk`);
    const { reason, when, unless, until, outcome } = fields(
      body,
      ['reason', 'when'],
      ['unless', 'until', 'outcome'],
    );
    return {
      id,
      place: body.place,
      reason: word(reason, REASON_CODES),
      hold: outcome !== undefined && word(outcome, ['deny', 'hold']) === 'hold',
      when: asked(when),
      unless: unless === undefined ? [] : asked(unless),
      until: until === undefined ? 'always' : word(until, UNTIL_WORDS),
    };
  });
}

function asked(yaml: Yaml): Asked[] {
  return [...entries(yaml)].map(([name, of]) => ({ name, of }));
}

/**
 * The Cedar policy of an exception; its id begins with `except.`.
 * @throws POLICY_INVALID on an attribute or value that the pack's vocabulary does not have.
 */
export function cedarOfException(exception: Exception, vocabulary: Vocabulary): string {
  const { id, reason, hold, when, unless, until } = exception;
  const instant = UNTIL[until];
  const conditions = [
    ...when.map((each) => condition(each, vocabulary)),
    ...(instant === null ? [] : [`context.now < ${instant}`]),
  ];
  const spared = unless.map((each) => condition(each, vocabulary));
  return (
    `@id("except.${id}")\n@reason("${reason}")\n${hold ? '@outcome("hold")\n' : ''}` +
    `forbid (principal is Participant, action, resource is Artifact)\n` +
    (conditions.length > 0 ? `when { ${conditions.join(' && ')} }` : '') +
    `${spared.length > 0 ? `\nunless { ${spared.join(' || ')} }` : ''};\n`
  );
}

function condition({ name, of }: Asked, vocabulary: Vocabulary): string {
  const attribute = attributeNamed(name, of, vocabulary);
  switch (attribute.type.kind) {
    case 'long':
      return name === 'alert.score' ? below(attribute, of) : happened(attribute, of);
    case 'enum':
      return `[${values(attribute.type.name, of, vocabulary)}].contains(${attribute.path})`;
    case 'set':
      return `${attribute.path}.containsAny([${values(attribute.type.name, of, vocabulary)}])`;
  }
}

/** Attributes are named without the variable they belong to: `tier`, `kind`, `alert.severity`. */
function attributeNamed(name: string, yaml: Yaml, { attributes }: Vocabulary): Attribute {
  const found = ['principal', 'resource', 'context']
    .map((variable) => attributes.get(`${variable}.${name}`))
    .find((attribute) => attribute !== undefined);
  if (found !== undefined) return found;
  const known = [...attributes.keys()].map((path) => path.slice(path.indexOf('.') + 1));
  throw refusePack(yaml.place, `unknown attribute ${name}`, `known: ${known.join(', ')}`);
}

function values(name: keyof Vocabulary['enums'], yaml: Yaml, { enums }: Vocabulary): string {
  const found = list(yaml);
  if (found.length === 0) throw unexpected(yaml, `at least one of ${enums[name].join(', ')}`);
  return found.map((each) => `${name}::"${word(each, enums[name])}"`).join(', ');
}

const BELOW = /^below (\d{1,2})(?:\.(\d))?$/;

function below({ path }: Attribute, yaml: Yaml): string {
  const [, whole, tenth = '0'] = BELOW.exec(text(yaml)) ?? [];
  if (whole === undefined) throw unexpected(yaml, 'a bound such as "below 4.0"');
  return `${path} < ${Number(whole) * 10 + Number(tenth)}`;
}

function happened({ path }: Attribute, yaml: Yaml): string {
  const answer = word(yaml, ['past', 'to_come']);
  return answer === 'past' ? `context.now >= ${path}` : `context.now < ${path}`;
}
