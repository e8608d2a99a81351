/**
 * A value of a rule with its place in the source: UTF-16 offsets, end exclusive, from the first
 * character of the value to its last, without a comment or line break that follows.
 */
export type SigmaNode = { readonly start: number; readonly end: number } & (
  | { readonly kind: 'map'; readonly entries: readonly SigmaEntry[] }
  | { readonly kind: 'list'; readonly items: readonly SigmaNode[] }
  | {
      readonly kind: 'scalar';
      readonly value: string | number | boolean | null;
      /** Whether the source is the value itself, without quotes, folding or escapes. */
      readonly plain: boolean;
      /** What stands there without quotes, its lines joined; null for any other style. */
      readonly bare: string | null;
    }
);

/** `start` is where the key begins. */
export type SigmaEntry = {
  readonly start: number;
  readonly key: string;
  readonly value: SigmaNode;
};
