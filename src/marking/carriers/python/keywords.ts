import type { PythonNode } from '../../../formats/python/tree.ts';
import type { ProposedBit } from '../carrier.ts';
import { KNOWN_CALLS, PARSER_CALLS } from './known-calls.ts';
import {
  callsIn,
  dottedName,
  importedModules,
  isBoundOnly,
  type Names,
  namesOf,
  ownFunctions,
} from './names.ts';
import { listSwaps, type Unit } from './swap.ts';
import { areIndependent, partsOf, type Source } from './syntax.ts';

/**
 * Order of two neighbouring keyword arguments, of which it makes no difference which is computed
 * first, in a call of something that takes them in any order: a function of the script's own
 * without `**`, or one that is known.
 */
export function keywordSlots(source: Source): ProposedBit[] {
  // A name that came in with a star could be any of them.
  if (source.root.children.some(isStarImport)) return [];
  const isBlind = blindCalls(source);
  return callsIn(source).flatMap((call) => {
    const list = call.children.at(-1);
    if (list?.name !== 'ArgList' || !isBlind(call)) return [];
    const keywords = partsOf(list).map(argumentOf);
    return listSwaps(source, keywords, 'python.keyword-order', (one, other) =>
      areIndependent(one.value, other.value),
    );
  });
}

function isStarImport({ name, children }: PythonNode): boolean {
  return name === 'ImportStatement' && children.at(-1)?.name === '*';
}

/** A keyword and its value; null for any other argument. */
type Argument = Unit & { readonly value: PythonNode };

function argumentOf([key, equals, value, ...more]: readonly PythonNode[]): Argument | null {
  if (key?.name !== 'VariableName' || equals?.name !== 'AssignOp') return null;
  if (value === undefined || more.length > 0) return null;
  return { start: key.start, end: value.end, value };
}

/** Which calls are of something to which the order of keywords is invisible. */
function blindCalls(source: Source): (call: PythonNode) => boolean {
  const names = namesOf(source);
  const modules = importedModules(source, names);
  const own = ownFunctions(source, names);
  return (call) => {
    const [called] = call.children;
    const path = called === undefined ? null : dottedName(called);
    if (path === null) return false;
    const [root = '', method = '', ...more] = path.split('.');
    const definition = own.get(path);
    if (definition !== undefined) return !takesAny(definition);
    if (method === '') return KNOWN_CALLS.has(path) && isBoundOnly(names, path, () => false);
    if (modules.has(root)) return KNOWN_CALLS.has(path);
    return more.length === 0 && PARSER_CALLS.has(method) && isParser(names, modules, root);
  };
}

/** `**options`: a function that is given the keywords as a dict, in order. */
function takesAny(definition: PythonNode): boolean {
  const list = definition.children.find(({ name }) => name === 'ParamList');
  return list === undefined || list.children.some(({ name }) => name === '**');
}

/** Whether a name is never anything but `argparse.ArgumentParser(…)`. */
function isParser(names: Names, modules: ReadonlySet<string>, name: string): boolean {
  if (!modules.has('argparse')) return false;
  return isBoundOnly(names, name, ({ parent }) => {
    const [target, , value, ...more] = parent?.children ?? [];
    if (parent?.name !== 'AssignStatement' || more.length > 0 || target?.text !== name)
      return false;
    const [called] = value?.name === 'CallExpression' ? value.children : [];
    return called !== undefined && dottedName(called) === 'argparse.ArgumentParser';
  });
}
