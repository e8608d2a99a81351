/**
 * Where a reader keeps what it must not lose: its keys, what it pinned, the last checkpoint,
 * evidence. Names are relative paths with `/`.
 */
export type Home = {
  /** Where that is, for texts to people. */
  readonly place: string;
  /** The bytes last written under `name`; null when there are none. */
  read(name: string): Promise<Buffer | null>;
  /**
   * Replaces what is under `name`. When this resolves the bytes MUST survive a crash; whenever it
   * is interrupted, `name` MUST hold the old bytes or the new ones, whole.
   */
  write(name: string, bytes: string | Uint8Array): Promise<void>;
};

/** A home that lasts as long as the process: for demonstrations, rehearsals and tests. */
export function memoryHome(place = 'memory'): Home {
  const files = new Map<string, Buffer>();
  return {
    place,
    read: async (name) => files.get(name) ?? null,
    write: async (name, bytes) => {
      files.set(name, Buffer.from(bytes));
    },
  };
}
