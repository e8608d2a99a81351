/** Readers asking at once; the store has connections for about as many. */
const LANES = 8;

/** Does `work` for every item, a few at a time; fails with the first that fails. */
export async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item === undefined) throw new Error('expected items, found a gap');
      results[index] = await work(item, index);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return results;
}
