import type {
  Expression,
  Members,
  Place,
  Quantifier,
  StringDefinition,
  YaraFile,
  YaraItem,
  YaraRule,
} from './ast.ts';

/** Nested lists, written as JSON, so that no two differ only in where one ends. */
type Form = string | readonly Form[];

/**
 * One text for all ways of writing a YARA source that mean the same: sorted strings and modifiers,
 * plain numbers, sorted operands of `and`, `or`, `==` and `!=`, comparisons turned one way, sets of
 * strings spelt out, no comments. Two sources with one canonical form detect the same. Names, tags,
 * metadata and the order of rules are kept as they are.
 */
export function canonicalYara(source: string, file: YaraFile): string {
  return JSON.stringify(file.items.map((item) => canonicalItem(source, item)));
}

function canonicalItem(source: string, item: YaraItem): Form {
  switch (item.kind) {
    case 'import':
      return list('import', [item.module]);
    case 'include':
      return list('include', [item.path]);
    case 'rule':
      return ruleForm(item);
    case 'unparsed':
      return list('unparsed', [source.slice(item.start, item.end)]);
  }
}

function ruleForm(rule: YaraRule): Form {
  return list('rule', [
    rule.name,
    list('modifiers', rule.modifiers.toSorted()),
    list('tags', rule.tags),
    list(
      'meta',
      rule.meta.map(({ name, value }) => list(name, [value])),
    ),
    list('strings', sorted(rule.strings.map(definition))),
    list('condition', [expression(rule.condition, rule.strings)]),
  ]);
}

function definition({ id, value, modifiers }: StringDefinition): Form {
  const names = modifiers.map(
    ({ name, argument }) => name + (argument === null ? '' : `(${argument})`),
  );
  // YARA 4.5 documentation, "Text strings": without another encoding, a string is `ascii`.
  const encoded = modifiers.some(({ name }) => /^(?:ascii|wide|base64|base64wide)$/.test(name));
  if (value.kind !== 'hex' && !encoded) names.push('ascii');
  const source = value.kind === 'hex' ? plainHex(value.source) : value.source;
  return list(id, [value.kind, source, ...names.sort()]);
}

function plainHex(source: string): string {
  return source
    .replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, '')
    .replace(/\s+/g, '')
    .toUpperCase();
}

type Strings = readonly StringDefinition[];

function expression(node: Expression, strings: Strings): Form {
  const inner = (child: Expression): Form => expression(child, strings);
  switch (node.kind) {
    case 'integer':
      return node.value.toString();
    case 'float':
    case 'text':
    case 'regex':
      return node.source;
    case 'word':
      return node.name;
    case 'string':
      return list(node.id, [
        ...(node.index === null ? [] : [inner(node.index)]),
        ...placed(node.place, strings),
      ]);
    case 'member':
      return list('.', [inner(node.object), node.name]);
    case 'index':
      return list('[]', [inner(node.object), inner(node.index)]);
    case 'call':
      return list('call', [node.callee, ...node.args].map(inner));
    case 'group':
      return inner(node.inner);
    case 'unary':
      return list(node.operator, [inner(node.operand)]);
    case 'binary':
      return binary(node.operator, inner(node.left), inner(node.right));
    case 'chain':
      return list(node.operator, sorted(flat(node, node.operator).map(inner)));
    case 'of':
      return list('of', [
        quantity(node.quantifier, strings),
        members(node.set, strings),
        ...placed(node.place, strings),
      ]);
    case 'for':
      return list('for', [
        quantity(node.quantifier, strings),
        list('over', node.variables),
        ...(isPlace(node.over) ? placed(node.over, strings) : [members(node.over, strings)]),
        inner(node.body),
      ]);
    case 'with':
      return list('with', [
        ...node.declarations.map(({ name, value }) => list(name, [inner(value)])),
        inner(node.body),
      ]);
  }
}

/** The operands of a chain and of the groups in it that are chains of the same operator. */
function flat(node: Expression, operator: 'and' | 'or'): readonly Expression[] {
  if (node.kind === 'group') return flat(node.inner, operator);
  if (node.kind !== 'chain' || node.operator !== operator) return [node];
  return node.operands.flatMap((operand) => flat(operand, operator));
}

const TURNED: Readonly<Record<string, string>> = { '>': '<', '>=': '<=' };

function binary(operator: string, left: Form, right: Form): Form {
  const turned = TURNED[operator];
  if (turned !== undefined) return list(turned, [right, left]);
  if (operator === '==' || operator === '!=') return list(operator, sorted([left, right]));
  return list(operator, [left, right]);
}

function quantity(node: Quantifier, strings: Strings): Form {
  switch (node.kind) {
    case 'all':
    case 'none':
      return node.kind;
    case 'any':
      return '1';
    case 'count':
      return expression(node.amount, strings);
    case 'percent':
      return list('%', [expression(node.amount, strings)]);
  }
}

function members(node: Members, strings: Strings): Form {
  switch (node.kind) {
    case 'them':
      return list('set', strings.map(({ id }) => id).sort());
    case 'names':
      return list('set', node.names.flatMap((name) => named(name, strings)).sort());
    case 'conditions':
      return list('any-of', sorted(node.conditions.map((one) => expression(one, strings))));
  }
}

/** The strings a name with a `*` stands for; rule names are left as they are. */
function named(name: string, strings: Strings): readonly string[] {
  if (!name.startsWith('$') || !name.endsWith('*')) return [name];
  return strings.filter(({ id }) => id.startsWith(name.slice(0, -1))).map(({ id }) => id);
}

function placed(place: Place | null, strings: Strings): Form[] {
  if (place === null) return [];
  switch (place.kind) {
    case 'at':
      return [list('at', [expression(place.offset, strings)])];
    case 'range':
      return [
        list(
          'in',
          [place.from, place.to].map((one) => expression(one, strings)),
        ),
      ];
    case 'values':
      return [
        list(
          'among',
          place.values.map((one) => expression(one, strings)),
        ),
      ];
  }
}

function isPlace(over: Members | Place): over is Place {
  return over.kind === 'at' || over.kind === 'range' || over.kind === 'values';
}

function list(head: string, rest: readonly Form[]): Form {
  return [head, ...rest];
}

function sorted(forms: readonly Form[]): Form[] {
  const named = forms.map((form) => ({ form, name: JSON.stringify(form) }));
  return named
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .map(({ form }) => form);
}
