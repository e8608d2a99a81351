import type { PythonNode } from '../../../formats/python/tree.ts';
import type { ProposedBit } from '../carrier.ts';
import { statementSwaps } from './swap.ts';
import { isInert, outsideStrings, type Source } from './syntax.ts';

/** Whole functions are long: whatever can be marked within them serves an excerpt better. */
const WEIGHT = 0.9;

/**
 * Order of two functions at the top of a script, or of two methods of a class without bases: they
 * have other names, no decorators, and defaults and annotations that do nothing.
 */
export function definitionSlots(source: Source): ProposedBit[] {
  return [...outsideStrings(source.root)]
    .filter((node) => node.name === 'Script' || isOfPlainClass(node))
    .flatMap((block) =>
      statementSwaps(source, block, {
        family: 'python.definition-order',
        weight: WEIGHT,
        spaced: true,
        mayChange(first, second) {
          const [one, other] = [quietDefinition(first), quietDefinition(second)];
          if (one === null || other === null) return false;
          return !one.says.includes(other.name) && !other.says.includes(one.name);
        },
      }),
    );
}

/** Bases and metaclasses are told of a class with its members in order. */
function isOfPlainClass({ name, parent }: PythonNode): boolean {
  return (
    name === 'Body' &&
    parent?.name === 'ClassDefinition' &&
    parent.parent?.name !== 'DecoratedStatement' &&
    !parent.children.some((child) => child.name === 'ArgList')
  );
}

/** A function's name, and all names in its head; null if defining it may do something. */
function quietDefinition({ name, children }: PythonNode): { name: string; says: string[] } | null {
  if (name !== 'FunctionDefinition') return null;
  const head = children.filter((child) => child.name !== 'Body' && child.name !== 'Comment');
  const known = ['async', 'def', 'VariableName', 'ParamList', 'TypeDef'];
  const quiet = head.every((child) => {
    if (child.name === 'TypeDef') return isQuietType(child);
    return child.name === 'ParamList' ? hasQuietParameters(child) : known.includes(child.name);
  });
  const own = head.find((child) => child.name === 'VariableName');
  if (!quiet || own === undefined) return null;
  const names = head.flatMap((child) => [...outsideStrings(child)]);
  const says = names.filter((child) => child.name === 'VariableName').map(({ text }) => text);
  return { name: own.text, says };
}

function hasQuietParameters({ children }: PythonNode): boolean {
  return children.every((child, index) => {
    if (child.name === 'TypeDef') return isQuietType(child);
    return children[index - 1]?.name !== 'AssignOp' || isInert(child);
  });
}

/** `: int`, `-> str`: names, and types in strings. Anything else may be computed. */
function isQuietType({ children }: PythonNode): boolean {
  const said = children.filter(({ name }) => name !== ':');
  return said.every(({ name }) => ['VariableName', 'None', 'String'].includes(name));
}
