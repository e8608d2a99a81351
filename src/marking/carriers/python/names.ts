import type { PythonNode } from '../../../formats/python/tree.ts';
import { outsideStrings, type Source } from './syntax.ts';

/** Every place where a name of the script stands as a name of its own, by that name. */
export type Names = ReadonlyMap<string, readonly PythonNode[]>;

/** All names, those within formatted strings too: what is bound there is bound. */
export function namesOf({ tokens }: Source): Names {
  const names = new Map<string, PythonNode[]>();
  for (const token of tokens) {
    if (token.name !== 'VariableName') continue;
    const known = names.get(token.text);
    if (known === undefined) names.set(token.text, [token]);
    else known.push(token);
  }
  return names;
}

/**
 * Whether the name is read and never bound but at `binding`. A place counts as read only where the
 * tree shows it to be: called, having its attribute looked up, or handed over.
 */
export function isBoundOnly(
  names: Names,
  name: string,
  isBinding: (place: PythonNode) => boolean,
): boolean {
  return (names.get(name) ?? []).every((place) => isBinding(place) || isRead(place));
}

function isRead(place: PythonNode): boolean {
  const { parent } = place;
  switch (parent?.name) {
    case 'CallExpression':
      return parent.children[0] === place;
    case 'MemberExpression':
      return !isAssignedTo(parent);
    case 'ArgList':
      return nextOf(place)?.name !== 'AssignOp' && nextOf(place)?.name !== 'for';
    default:
      return false;
  }
}

/** Where an attribute is looked up and cannot be set. */
const READING = [
  ...['CallExpression', 'ArgList', 'BinaryExpression', 'UnaryExpression', 'ConditionalExpression'],
  ...['IfStatement', 'WhileStatement', 'ReturnStatement', 'RaiseStatement', 'TryStatement'],
  ...['DictionaryExpression', 'FormatReplacement', 'ExpressionStatement'],
];

/** `socket.socket = other`: whoever hangs something else there changes what a call calls. */
function isAssignedTo(node: PythonNode): boolean {
  const { parent, start } = node;
  if (parent === null) return true;
  const isBefore = (name: string) =>
    parent.children.some((sibling) => sibling.name === name && sibling.start > start);
  switch (parent.name) {
    case 'MemberExpression':
    case 'ParenthesizedExpression':
    case 'TupleExpression':
    case 'ArrayExpression':
      return isAssignedTo(parent);
    case 'AssignStatement':
      return isBefore('AssignOp');
    case 'ForStatement':
      return isBefore('in');
    default:
      return !READING.includes(parent.name);
  }
}

function nextOf(node: PythonNode): PythonNode | undefined {
  const siblings = node.parent?.children ?? [];
  return siblings[siblings.indexOf(node) + 1];
}

/** `a.b.c` as it is written, without spaces; null for what is not names and dots. */
export function dottedName(node: PythonNode): string | null {
  if (node.name === 'VariableName') return node.text;
  const [object, dot, property] = node.children;
  if (node.name !== 'MemberExpression' || dot?.name !== '.' || object === undefined) return null;
  const path = dottedName(object);
  return path === null || property?.name !== 'PropertyName' ? null : `${path}.${property.text}`;
}

/** The modules that a script imports under their own names and never binds otherwise. */
export function importedModules(source: Source, names: Names): ReadonlySet<string> {
  const imported = source.tokens.filter(({ name, parent }) => {
    return name === 'VariableName' && parent?.name === 'ImportStatement';
  });
  const isPlain = (place: PythonNode) => {
    const { parent } = place;
    if (parent?.name !== 'ImportStatement' || parent.children[0]?.name !== 'import') return false;
    return !parent.children.some(({ name }) => name === 'as');
  };
  const roots = new Set(imported.map(({ text }) => text));
  return new Set([...roots].filter((root) => isBoundOnly(names, root, isPlain)));
}

/** The functions at the top of a script that are defined once, plainly, and only called. */
export function ownFunctions(source: Source, names: Names): ReadonlyMap<string, PythonNode> {
  const defined = source.root.children.filter(({ name }) => name === 'FunctionDefinition');
  return new Map(
    defined.flatMap((definition): [string, PythonNode][] => {
      const own = definition.children.find(({ name }) => name === 'VariableName');
      if (own === undefined || !isBoundOnly(names, own.text, (place) => place === own)) return [];
      return [[own.text, definition]];
    }),
  );
}

/** Every call of a script outside formatted strings. */
export function callsIn(source: Source): PythonNode[] {
  return [...outsideStrings(source.root)].filter(({ name }) => name === 'CallExpression');
}
