/** A stretch of the source, in UTF-16 offsets, end exclusive. */
export type Range = { readonly start: number; readonly end: number };

/** A YARA source file. A rule that does not parse is kept as a stretch of text with the reason. */
export type YaraFile = {
  readonly items: readonly YaraItem[];
  readonly comments: readonly Range[];
};

export type YaraItem =
  | ({ readonly kind: 'import'; readonly module: string } & Range)
  | ({ readonly kind: 'include'; readonly path: string } & Range)
  | YaraRule
  | ({ readonly kind: 'unparsed'; readonly name: string; readonly reason: string } & Range);

export type YaraRule = Range & {
  readonly kind: 'rule';
  readonly name: string;
  /** `private`, `global`. */
  readonly modifiers: readonly string[];
  readonly tags: readonly string[];
  readonly meta: readonly MetaEntry[];
  readonly strings: readonly StringDefinition[];
  readonly condition: Expression;
};

/** `value` is the source text of the value. */
export type MetaEntry = Range & { readonly name: string; readonly value: string };

export type StringDefinition = Range & {
  /** With its `$`; an anonymous string is `$` alone. */
  readonly id: string;
  readonly value: Range & { readonly kind: 'text' | 'hex' | 'regex'; readonly source: string };
  readonly modifiers: readonly Modifier[];
};

/** `ascii`, `wide`, `xor(0x01-0xff)`; `argument` is what stands in the parentheses. */
export type Modifier = Range & { readonly name: string; readonly argument: string | null };

/** A condition, as written: groups are kept, `and` and `or` chains are one node of all operands. */
export type Expression = Range &
  (
    | { readonly kind: 'integer'; readonly source: string; readonly value: bigint }
    | { readonly kind: 'float'; readonly source: string }
    | { readonly kind: 'text' | 'regex'; readonly source: string }
    | { readonly kind: 'word'; readonly name: string }
    | StringUse
    | { readonly kind: 'member'; readonly object: Expression; readonly name: string }
    | { readonly kind: 'index'; readonly object: Expression; readonly index: Expression }
    | { readonly kind: 'call'; readonly callee: Expression; readonly args: readonly Expression[] }
    | { readonly kind: 'group'; readonly inner: Expression }
    | { readonly kind: 'unary'; readonly operator: string; readonly operand: Expression }
    | Binary
    | Chain
    | Of
    | ForEach
    | With
  );

/** `$a`, `#a`, `@a[i]`, `!a[i]`, optionally placed by `at` or `in`. */
export type StringUse = {
  readonly kind: 'string';
  /** With its sigil. */
  readonly id: string;
  readonly index: Expression | null;
  readonly place: Place | null;
};

export type Binary = {
  readonly kind: 'binary';
  readonly operator: string;
  readonly left: Expression;
  readonly right: Expression;
};

export type Chain = {
  readonly kind: 'chain';
  readonly operator: 'and' | 'or';
  readonly operands: readonly Expression[];
};

/** `2 of ($a*)`, `any of them at 0`. */
export type Of = {
  readonly kind: 'of';
  readonly quantifier: Quantifier;
  readonly set: Members;
  readonly place: Place | null;
};

/** `for any of ($a*) : ( … )`, `for all i in (1..#a) : ( … )`. */
export type ForEach = {
  readonly kind: 'for';
  readonly quantifier: Quantifier;
  /** Empty for `of`. */
  readonly variables: readonly string[];
  readonly over: Members | Place;
  readonly body: Expression;
};

export type With = {
  readonly kind: 'with';
  readonly declarations: readonly { readonly name: string; readonly value: Expression }[];
  readonly body: Expression;
};

export type Quantifier = Range &
  (
    | { readonly kind: 'all' | 'any' | 'none' }
    | { readonly kind: 'count' | 'percent'; readonly amount: Expression }
  );

/**
 * `them`, or what stands in the parentheses: string names, rule names with a `*`, or conditions.
 */
export type Members = Range &
  (
    | { readonly kind: 'them' }
    | { readonly kind: 'names'; readonly names: readonly string[] }
    | { readonly kind: 'conditions'; readonly conditions: readonly Expression[] }
  );

/** `at e`; `in (a..b)`; in a `for`, also a list or something to iterate. */
export type Place =
  | { readonly kind: 'at'; readonly offset: Expression }
  | { readonly kind: 'range'; readonly from: Expression; readonly to: Expression }
  | { readonly kind: 'values'; readonly values: readonly Expression[] };
