import { invalid, TocsinError } from '../domain/errors.ts';

/** Which members an object has: all `required`, any `optional`, and those `extension` admits. */
export type Members = {
  readonly required?: readonly string[];
  /** Omitted where the standard lets further members stand. */
  readonly optional?: readonly string[];
  readonly extension?: RegExp;
};

/**
 * One value of a parsed document and where it stands in it, so that whoever reads a member can only
 * take it as a checked type, and every refusal names the path: `containers.cna.affected[0].vendor`.
 * All methods throw INVALID_INPUT.
 */
export class JsonNode {
  readonly path: string;
  readonly #value: unknown;

  constructor(value: unknown, path = '') {
    this.#value = value;
    this.path = path;
  }

  /** Null where the document says so, else what `read` makes of it. */
  orNull<T>(read: (node: JsonNode) => T): T | null {
    return this.#value === null ? null : read(this);
  }

  object(members: Members = {}): JsonObject {
    const value = this.#value;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw invalid(this.#name(), 'an object', value);
    }
    const found = new Map<string, unknown>(Object.entries(value));
    for (const name of members.required ?? []) {
      if (!found.has(name)) throw invalid(join(this.path, name), 'a value', undefined);
    }
    if (members.optional !== undefined) this.#refuseUnknown(found.keys(), members);
    return new JsonObject(found, this.path);
  }

  list(least = 0, most = Number.POSITIVE_INFINITY): JsonNode[] {
    const value: unknown = this.#value;
    if (!Array.isArray(value)) throw invalid(this.#name(), 'an array', value);
    if (value.length < least) throw invalid(this.#name(), `at least ${least} items`, value);
    if (value.length > most) throw invalid(this.#name(), `at most ${most} items`, value);
    return value.map((item, index) => new JsonNode(item, `${this.path}[${index}]`));
  }

  /** A string of 1 to `most` UTF-16 units. */
  text(most: number): string {
    const value = this.#value;
    if (typeof value !== 'string' || value.length === 0 || value.length > most) {
      throw invalid(this.#name(), `text of 1 to ${most} characters`, value);
    }
    return value;
  }

  matching(pattern: RegExp, expected: string): string {
    const value = this.#value;
    if (typeof value !== 'string' || !pattern.test(value)) {
      throw invalid(this.#name(), expected, value);
    }
    return value;
  }

  oneOf<const W extends string>(words: readonly W[]): W {
    const word = words.find((candidate) => candidate === this.#value);
    if (word === undefined) throw invalid(this.#name(), words.join(' or '), this.#value);
    return word;
  }

  flag(): boolean {
    const value = this.#value;
    if (typeof value !== 'boolean') throw invalid(this.#name(), 'true or false', value);
    return value;
  }

  number(least: number, most: number): number {
    const value = this.#value;
    if (typeof value !== 'number' || value < least || value > most) {
      throw invalid(this.#name(), `a number from ${least} to ${most}`, value);
    }
    return value;
  }

  #refuseUnknown(names: Iterable<string>, members: Members): void {
    for (const name of names) {
      const known = members.required?.includes(name) || members.optional?.includes(name);
      if (known || members.extension?.test(name)) continue;
      // The name itself comes from the document; a long one is cut like any other found value.
      throw new TocsinError(
        'INVALID_INPUT',
        `${this.#name()}: expected only members of the standard, found one more`,
        { field: join(this.path, name.slice(0, 40)) },
      );
    }
  }

  #name(): string {
    return this.path === '' ? 'document' : this.path;
  }
}

export class JsonObject {
  readonly #members: ReadonlyMap<string, unknown>;
  readonly #path: string;

  constructor(members: ReadonlyMap<string, unknown>, path: string) {
    this.#members = members;
    this.#path = path;
  }

  /** A member that the shape requires; absent is refused as well. */
  get(name: string): JsonNode {
    return new JsonNode(this.#members.get(name), join(this.#path, name));
  }

  maybe(name: string): JsonNode | null {
    return this.#members.has(name) ? this.get(name) : null;
  }

  /** The items of a list that may be absent. */
  items(name: string, least = 0): JsonNode[] {
    return this.maybe(name)?.list(least) ?? [];
  }

  has(name: string): boolean {
    return this.#members.has(name);
  }
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
