import type { PythonNode, PythonScript } from '../../../formats/python/tree.ts';

/** What a slot may add, take away or turn round. */
const STRUCTURE = new Set(['not', 'CompareOp']);

/**
 * All that a script's slots leave as it is, in an order of its own: strings, comments, names,
 * keywords and operators as written, numbers by their value. The formatted text of a string counts
 * as a whole.
 */
export function inventoryOf({ root }: PythonScript): string {
  const found: string[] = [];
  const visit = (node: PythonNode): void => {
    if (node.children.length > 0 && node.name !== 'FormatString') node.children.forEach(visit);
    else if (node.name === 'Number') found.push(`Number ${numberOf(node.text)}`);
    else if (!STRUCTURE.has(node.name)) found.push(`${node.name} ${node.text}`);
  };
  visit(root);
  return JSON.stringify(found.sort());
}

/** Other notations than those of whole numbers are compared as they stand. */
function numberOf(text: string): string {
  return /^(?:[1-9]\d*|0[xX][0-9a-fA-F]+)$/.test(text) ? String(BigInt(text)) : text;
}
