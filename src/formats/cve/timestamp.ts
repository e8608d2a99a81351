import { type Instant, parseInstant } from '../../domain/instant.ts';
import type { JsonObject } from '../json-node.ts';

/** A timestamp of the record format: RFC 3339, where a missing zone means UTC. */
export function maybeTimestamp(object: JsonObject, name: string): Instant | null {
  const node = object.maybe(name);
  if (node === null) return null;
  const text = node.text(40);
  const hasZone = /(?:Z|[+-]\d{2}:\d{2})$/.test(text);
  return parseInstant(hasZone ? text : `${text}Z`, node.path);
}
