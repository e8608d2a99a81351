import { refusePack } from './refuse.ts';
import { list, text, unexpected, word, type Yaml } from './yaml.ts';

const CODE = /^[a-z][a-z0-9_]{0,30}$/;
const LARGEST = 1_000_000_000_000;

/** Reads an integer from `least` to a million millions. @throws POLICY_INVALID */
export function whole(yaml: Yaml, least: number): number {
  const value: unknown = yaml.node?.toJSON();
  const fits = typeof value === 'number' && Number.isSafeInteger(value);
  if (fits && value >= least && value <= LARGEST) return value;
  throw unexpected(yaml, `an integer from ${least}`);
}

/** Reads `true` or `false`. @throws POLICY_INVALID */
export function flag(yaml: Yaml): boolean {
  const value: unknown = yaml.node?.toJSON();
  if (typeof value === 'boolean') return value;
  throw unexpected(yaml, 'true or false');
}

/** Reads a list of at least one of `words`, none twice. @throws POLICY_INVALID */
export function someWords<W extends string>(yaml: Yaml, words: readonly W[]): W[] {
  return some(yaml, (item) => word(item, words));
}

/** Reads a list of at least one code of the pack, none twice. @throws POLICY_INVALID */
export function someCodes(yaml: Yaml): string[] {
  return some(yaml, (item) => code(text(item), item));
}

/** A name that the pack gives to something of its own. @throws POLICY_INVALID */
export function code(name: string, yaml: Yaml): string {
  if (CODE.test(name)) return name;
  throw refusePack(yaml.place, `${yaml.path}: expected a name such as own_signatures`);
}

function some<T>(yaml: Yaml, read: (item: Yaml) => T): T[] {
  const found = list(yaml).map(read);
  if (found.length === 0) throw unexpected(yaml, 'a list of one or more');
  if (new Set(found).size !== found.length) throw unexpected(yaml, 'a list without repetitions');
  return found;
}
