/**
 * A bounded map that forgets what was used longest ago. For values that are dear to make, such as
 * imported keys.
 */
export class Lru<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #capacity: number;

  /** @param capacity greatest number of entries kept, at least 1 */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /**
   * The value kept under `key`, made by `make` when there is none; if `make` throws, nothing is
   * kept.
   */
  get(key: K, make: () => V): V {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      // A Map iterates in insertion order: to insert again is to become the youngest.
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known;
    }
    const made = make();
    if (this.#entries.size >= this.#capacity) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    }
    this.#entries.set(key, made);
    return made;
  }
}
