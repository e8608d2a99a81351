import type { Expr, ExprNoExt } from '@cedar-policy/cedar-wasm/nodejs';
import type { Action } from '../domain/decision.ts';
import type { TocsinError } from '../domain/errors.ts';
import { add, multiply, negate, subtract } from './arithmetic.ts';
import {
  type Comparisons,
  comparisonSlot,
  comparisonTerm,
  containment,
  equality,
} from './comparison.ts';
import {
  addBreakpoint,
  type Notes,
  noteExact,
  noteOrder,
  noteValue,
  refersToNow,
} from './notes.ts';
import { type Place, refusePack } from './refuse.ts';
import type { Codes, PrincipalType, Row } from './request.ts';
import {
  type BoolTerm,
  type CodeTerm,
  conjunction,
  disjunction,
  known,
  type Long,
  type LongTerm,
  linearSum,
  negation,
  runBool,
  runCode,
  runLong,
  type Term,
  test,
} from './term.ts';
import { ENUM_NAMES, SLOT, type Vocabulary } from './vocabulary.ts';

/** What an expression is compiled for, and what the compiler notes on the way. */
export type Scope = {
  readonly place: Place;
  readonly vocabulary: Vocabulary;
  readonly codes: Codes;
  /** Null while only the constructs are checked and nothing is known of the request. */
  readonly principal: PrincipalType | null;
  readonly action: Action | null;
  /** Slots whose value is known when compiling. */
  readonly known: ReadonlyMap<number, number>;
  readonly comparisons: Comparisons;
  readonly notes: Notes;
};

/**
 * Compiles one Cedar expression to a closure that gives the value Cedar gives and throws where
 * Cedar reports an error. The list of constructs is closed: what is not named here is refused.
 * @throws POLICY_INVALID naming file, line and construct.
 */
export function compileExpression(scope: Scope, expr: Expr): Term {
  if (!isBuiltIn(expr)) throw unsupported(scope, `a call of ${Object.keys(expr)[0]}()`);
  if ('Value' in expr) return literal(scope, expr.Value);
  if ('.' in expr) return attribute(scope, expr);
  if ('&&' in expr) return conjunction(each(scope, operands(expr, '&&')));
  if ('||' in expr) return disjunction(each(scope, operands(expr, '||')));
  if ('!' in expr) return negation(bool(scope, expr['!'].arg));
  if ('==' in expr) return equal(scope, expr['=='].left, expr['=='].right);
  if ('!=' in expr) return negation(equal(scope, expr['!='].left, expr['!='].right));
  if ('<' in expr) return order(scope, expr['<'].left, '<', expr['<'].right);
  if ('<=' in expr) return order(scope, expr['<='].left, '<=', expr['<='].right);
  if ('>' in expr) return order(scope, expr['>'].right, '<', expr['>'].left);
  if ('>=' in expr) return order(scope, expr['>='].right, '<=', expr['>='].left);
  if ('contains' in expr) {
    const { left, right } = expr.contains;
    return contained(scope, 'contains', set(scope, left), one(scope, right));
  }
  if ('containsAny' in expr) {
    const { left, right } = expr.containsAny;
    return contained(scope, 'containsAny', set(scope, left), set(scope, right));
  }
  if ('containsAll' in expr) {
    const { left, right } = expr.containsAll;
    return contained(scope, 'containsAll', set(scope, left), set(scope, right));
  }
  if ('isEmpty' in expr) {
    const arg = set(scope, expr.isEmpty.arg);
    noteExact(scope.notes, arg);
    const mask = runCode(arg);
    return test((row) => mask(row) === 0);
  }
  if ('Set' in expr) return setLiteral(scope, expr.Set);
  if ('is' in expr) return isType(scope, expr.is);
  if ('if-then-else' in expr) return choice(scope, expr['if-then-else']);
  if ('+' in expr) return arithmetic(scope, expr['+'], add, 1);
  if ('-' in expr) return arithmetic(scope, expr['-'], subtract, -1);
  if ('*' in expr) return arithmetic(scope, expr['*'], multiply, null);
  if ('neg' in expr) return negated(scope, expr.neg.arg);
  throw unsupported(scope, Object.keys(expr)[0] ?? 'an empty expression');
}

/** Extension calls are `{ name: [arguments] }` in Cedar's JSON; else only `Set` holds a list. */
function isBuiltIn(expr: Expr): expr is ExprNoExt {
  return 'Set' in expr || !Array.isArray(Object.values(expr)[0]);
}

/** Compiles an expression that must be a condition. @throws POLICY_INVALID */
export function bool(scope: Scope, expr: Expr): BoolTerm {
  const term = compileExpression(scope, expr);
  if (term.kind !== 'bool') throw refusePack(scope.place, `expected a condition, found a value`);
  return term;
}

/** Compiles conditions one by one, as they are asked for. */
function* each(scope: Scope, exprs: readonly Expr[]): Generator<BoolTerm> {
  for (const expr of exprs) yield bool(scope, expr);
}

/** The operands of a chain of one associative operator, in order of evaluation. */
export function operands(expr: Expr, operator: '&&' | '||'): Expr[] {
  if (!isBuiltIn(expr)) return [expr];
  if (operator === '&&' && '&&' in expr) {
    return [...operands(expr['&&'].left, '&&'), ...operands(expr['&&'].right, '&&')];
  }
  if (operator === '||' && '||' in expr) {
    return [...operands(expr['||'].left, '||'), ...operands(expr['||'].right, '||')];
  }
  return [expr];
}

function long(scope: Scope, expr: Expr): LongTerm {
  const term = compileExpression(scope, expr);
  if (term.kind !== 'long') throw refusePack(scope.place, 'expected a Long, found another type');
  return term;
}

function one(scope: Scope, expr: Expr): CodeTerm {
  const term = compileExpression(scope, expr);
  if (term.kind !== 'enum') throw refusePack(scope.place, 'expected an enumerated value');
  return term;
}

function set(scope: Scope, expr: Expr): CodeTerm {
  const term = compileExpression(scope, expr);
  if (term.kind !== 'set') throw refusePack(scope.place, 'expected a set of enumerated values');
  return term;
}

function literal(scope: Scope, value: unknown): Term {
  if (typeof value === 'boolean') return known(value);
  if (typeof value === 'number') {
    // cedar-wasm hands numbers over as doubles: beyond 2^53 − 1 the text said something else.
    if (!Number.isSafeInteger(value)) throw unsupported(scope, 'a number beyond ±(2^53 − 1)');
    return { kind: 'long', from: 'known', value, now: false };
  }
  const entity = entityOf(value);
  if (entity === null) throw unsupported(scope, `a literal ${typeof value}`);
  const name = ENUM_NAMES.find((each) => each === entity.type);
  const code = name === undefined ? undefined : scope.codes[name].get(entity.id);
  if (name === undefined || code === undefined) {
    throw unsupported(
      scope,
      `${entity.type}::"${entity.id}"`,
      'name participants by an attribute, never by id',
    );
  }
  noteValue(scope.notes, name, code);
  return { kind: 'enum', name, from: 'known', value: code };
}

/** Reads `{ __entity: { type, id } }` of Cedar's JSON. */
export function entityOf(value: unknown): { type: string; id: string } | null {
  if (typeof value !== 'object' || value === null) return null;
  const inner = '__entity' in value ? value.__entity : value;
  if (typeof inner !== 'object' || inner === null || !('type' in inner) || !('id' in inner)) {
    return null;
  }
  const { type, id } = inner;
  return typeof type === 'string' && typeof id === 'string' ? { type, id } : null;
}

function attribute(scope: Scope, expr: Expr): Term {
  const path = pathOf(scope, expr);
  const found = scope.vocabulary.attributes.get(path);
  if (found === undefined) throw unsupported(scope, `the attribute ${path}`);
  scope.notes.attributes.add(path);
  const { slot, type } = found;
  if (type.kind === 'long') return { kind: 'long', from: 'slot', slot, now: slot === SLOT.now };
  const value = scope.known.get(slot);
  const { kind, name } = type;
  if (value === undefined) scope.notes.columns.add(slot);
  return value === undefined
    ? { kind, name, from: 'slot', slot }
    : { kind, name, from: 'known', value };
}

function pathOf(scope: Scope, expr: Expr): string {
  if (isBuiltIn(expr) && '.' in expr) return `${pathOf(scope, expr['.'].left)}.${expr['.'].attr}`;
  if ('Var' in expr && typeof expr.Var === 'string') return expr.Var;
  throw unsupported(scope, 'an attribute of something computed');
}

/** What cannot be answered while nothing is known of the request: never folded, never run. */
const UNDECIDED = test(() => false);

/** Against values that the rule names, all that it does not name are one. */
function contained(
  scope: Scope,
  operator: 'contains' | 'containsAny' | 'containsAll',
  left: CodeTerm,
  right: CodeTerm,
): BoolTerm {
  const byName =
    (left.kind === 'set' && right.from === 'known') ||
    (left.from === 'known' && right.kind === 'enum');
  if (!byName) {
    noteExact(scope.notes, left);
    noteExact(scope.notes, right);
  }
  return containment(operator, left, right);
}

/** `action == Action::"…"` is answered when compiling; all other equality compares values. */
function equal(scope: Scope, left: Expr, right: Expr): BoolTerm {
  const action = actionCompared(left, right);
  if (action !== null) {
    return scope.action === null ? UNDECIDED : known(scope.action === action);
  }
  const [a, b] = [compileExpression(scope, left), compileExpression(scope, right)];
  if (refersToNow(a) || refersToNow(b)) {
    throw unsupported(scope, '== on context.now', 'an instant is compared with <, <=, > or >=');
  }
  if (a.kind === 'long') scope.notes.plain = false;
  const byName = a.kind === 'enum' && (a.from === 'known' || (isCode(b) && b.from === 'known'));
  if (!byName) {
    noteExact(scope.notes, a);
    noteExact(scope.notes, b);
  }
  if (a.kind === 'long' && b.kind === 'long') noteOrder(scope.notes, a, b);
  const term = equality(a, b);
  if (term === null) throw refusePack(scope.place, '== compares values of different types');
  return term;
}

function actionCompared(left: Expr, right: Expr): string | null {
  const isAction = (expr: Expr) => 'Var' in expr && expr.Var === 'action';
  const other = isAction(left) ? right : isAction(right) ? left : null;
  if (other === null || !('Value' in other)) return null;
  const entity = entityOf(other.Value);
  return entity?.type === 'Action' ? entity.id : null;
}

/**
 * `now` may stand only directly in a comparison, against something that does not depend on it.
 * That is what makes `changesAt` exact: the outcome can turn at these instants and at no other.
 */
function order(scope: Scope, left: Expr, operator: '<' | '<=', right: Expr): BoolTerm {
  const [a, b] = [long(scope, left), long(scope, right)];
  if (a.now && b.now) throw unsupported(scope, 'context.now on both sides of a comparison');
  // now < x turns at x; now <= x at x + 1; x <= now at x; x < now at x + 1.
  if (refersToNow(a)) addBreakpoint(scope.notes, b, operator === '<' ? 0 : 1);
  if (refersToNow(b)) addBreakpoint(scope.notes, a, operator === '<=' ? 0 : 1);
  noteOrder(scope.notes, a, b);
  return operator === '<' ? less(scope, a, b) : negation(less(scope, b, a));
}

/** Two stored instants are compared once per request; anything else whenever the rule is asked. */
function less(scope: Scope, a: LongTerm, b: LongTerm): BoolTerm {
  if (a.from === 'slot' && b.from === 'slot') {
    const slot = comparisonSlot(scope.comparisons, a.slot, b.slot);
    scope.notes.columns.add(slot);
    return comparisonTerm(slot);
  }
  scope.notes.plain = false;
  noteExact(scope.notes, a);
  noteExact(scope.notes, b);
  const [left, right] = [runLong(a), runLong(b)];
  return test((row) => left(row) < right(row));
}

/** `sign` of the right operand where it is added; null for what is no sum. */
function arithmetic(
  scope: Scope,
  { left, right }: { left: Expr; right: Expr },
  operation: (a: Long, b: Long) => Long,
  sign: 1 | -1 | null,
): LongTerm {
  const [a, b] = [withoutNow(scope, long(scope, left)), withoutNow(scope, long(scope, right))];
  const [runA, runB] = [runLong(a), runLong(b)];
  scope.notes.plain = false;
  noteExact(scope.notes, a);
  noteExact(scope.notes, b);
  const run = (row: Row) => operation(runA(row), runB(row));
  const linear = sign === null ? null : linearSum(a, b, sign);
  return { kind: 'long', from: 'run', run, now: a.now || b.now, linear };
}

function negated(scope: Scope, arg: Expr): LongTerm {
  const term = withoutNow(scope, long(scope, arg));
  const inner = runLong(term);
  scope.notes.plain = false;
  noteExact(scope.notes, term);
  const linear = linearSum({ kind: 'long', from: 'known', value: 0, now: false }, term, -1);
  return { kind: 'long', from: 'run', run: (row) => negate(inner(row)), now: term.now, linear };
}

function withoutNow(scope: Scope, term: LongTerm): LongTerm {
  if (!refersToNow(term)) return term;
  throw unsupported(
    scope,
    'arithmetic on context.now',
    'compare context.now itself: context.now >= a - b instead of context.now + b >= a',
  );
}

function setLiteral(scope: Scope, elements: readonly Expr[]): CodeTerm {
  const terms = elements.map((element) => one(scope, element));
  const [first] = terms;
  if (first === undefined) throw unsupported(scope, 'an empty set');
  let mask = 0;
  for (const term of terms) {
    if (term.from !== 'known') throw unsupported(scope, 'a set of computed values');
    mask |= 1 << term.value;
  }
  return { kind: 'set', name: first.name, from: 'known', value: mask };
}

function isType(scope: Scope, is: { left: Expr; entity_type: string; in?: Expr }): BoolTerm {
  if (is.in !== undefined) throw unsupported(scope, '`is … in`');
  if (!('Var' in is.left)) throw unsupported(scope, '`is` on something computed');
  switch (is.left.Var) {
    case 'principal':
      return scope.principal === null ? UNDECIDED : known(is.entity_type === scope.principal);
    case 'resource':
      return known(is.entity_type === 'Artifact');
    default:
      throw unsupported(scope, `\`is\` on ${String(is.left.Var)}`);
  }
}

function choice(scope: Scope, expr: { if: Expr; then: Expr; else: Expr }): Term {
  const condition = bool(scope, expr.if);
  if (condition.from === 'known') {
    return compileExpression(scope, condition.value ? expr.then : expr.else);
  }
  const [yes, no] = [compileExpression(scope, expr.then), compileExpression(scope, expr.else)];
  const { run } = condition;
  if (yes.kind === 'bool' && no.kind === 'bool') {
    const [a, b] = [runBool(yes), runBool(no)];
    return test((row) => (run(row) ? a(row) : b(row)));
  }
  if (yes.kind === 'long' && no.kind === 'long') {
    const [a, b] = [runLong(withoutNow(scope, yes)), runLong(withoutNow(scope, no))];
    scope.notes.plain = false;
    noteExact(scope.notes, yes);
    noteExact(scope.notes, no);
    const chosen = (row: Row) => (run(row) ? a(row) : b(row));
    return { kind: 'long', from: 'run', run: chosen, now: true, linear: null };
  }
  if (isCode(yes) && isCode(no) && yes.kind === no.kind && yes.name === no.name) {
    noteExact(scope.notes, yes);
    noteExact(scope.notes, no);
    const [a, b] = [runCode(yes), runCode(no)];
    const { kind, name } = yes;
    return { kind, name, from: 'run', run: (row) => (run(row) ? a(row) : b(row)) };
  }
  throw refusePack(scope.place, 'if-then-else gives values of different types');
}

function isCode(term: Term): term is CodeTerm {
  return term.kind === 'enum' || term.kind === 'set';
}

/** The closed list, as a refusal recites it. */
const TAKEN =
  'taken are attributes, enumerated values, numbers, sets of values, ==, !=, <, <=, >, >=, ' +
  '&&, ||, !, is, contains, containsAny, containsAll, isEmpty, if-then-else, +, - and *';

function unsupported(scope: Scope, construct: string, remedy = TAKEN): TocsinError {
  return refusePack(scope.place, `${construct} is not among the constructs a pack may use`, remedy);
}
