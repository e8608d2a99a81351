import type { Expression, Members, Place, Quantifier } from './ast.ts';

/** An expression and all expressions in it, outermost first. */
export function* expressionsIn(root: Expression): Generator<Expression> {
  yield root;
  for (const child of childrenOf(root)) yield* expressionsIn(child);
}

/** The expressions directly in an expression, in the order of the source. */
export function childrenOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'integer':
    case 'float':
    case 'text':
    case 'regex':
    case 'word':
      return [];
    case 'string':
      return [...(node.index === null ? [] : [node.index]), ...ofPlace(node.place)];
    case 'member':
      return [node.object];
    case 'index':
      return [node.object, node.index];
    case 'call':
      return [node.callee, ...node.args];
    case 'group':
      return [node.inner];
    case 'unary':
      return [node.operand];
    case 'binary':
      return [node.left, node.right];
    case 'chain':
      return node.operands;
    case 'of':
      return [...ofQuantifier(node.quantifier), ...ofMembers(node.set), ...ofPlace(node.place)];
    case 'for':
      return [...ofQuantifier(node.quantifier), ...ofIterated(node.over), node.body];
    case 'with':
      return [...node.declarations.map(({ value }) => value), node.body];
  }
}

function ofQuantifier(node: Quantifier): readonly Expression[] {
  return node.kind === 'count' || node.kind === 'percent' ? [node.amount] : [];
}

function ofIterated(over: Members | Place): readonly Expression[] {
  const iterated = over.kind === 'at' || over.kind === 'range' || over.kind === 'values';
  return iterated ? ofPlace(over) : ofMembers(over);
}

function ofMembers(node: Members): readonly Expression[] {
  return node.kind === 'conditions' ? node.conditions : [];
}

function ofPlace(place: Place | null): readonly Expression[] {
  switch (place?.kind) {
    case undefined:
      return [];
    case 'at':
      return [place.offset];
    case 'range':
      return [place.from, place.to];
    case 'values':
      return place.values;
  }
}
