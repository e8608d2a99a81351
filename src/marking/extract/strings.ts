/** Most strings reported: each one weakens what a hit means, and no leaked text has more. */
const MAX_STRINGS = 10_000;

/** A GUID, or 16 to 1024 hex digits in one run. */
const SHAPED =
  /(?<![0-9a-f])(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{16,1024})(?![0-9a-f])/gi;

/**
 * The GUID- and hex-shaped strings of a sample, lower case, each once, in order of appearance, at
 * most 10 000. Bytes are taken as they are, so that captures of traffic and binaries are searched
 * too.
 */
export function shapedStrings(sample: Uint8Array): string[] {
  const found = new Set<string>();
  for (const [match] of Buffer.from(sample).toString('latin1').matchAll(SHAPED)) {
    found.add(match.toLowerCase());
    if (found.size === MAX_STRINGS) break;
  }
  return [...found];
}
