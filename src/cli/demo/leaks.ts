import type { ArtifactKind } from '../../domain/artifact.ts';
import { TocsinError } from '../../domain/errors.ts';
import { parseInstant } from '../../domain/instant.ts';
import { type Seeded, shuffled } from '../../domain/seeded.ts';
import type { Reader } from './readers.ts';

/** The texts of the first find: what one reader's copies of these say. */
export const LEAKED_KINDS: readonly ArtifactKind[] = [
  'advisory',
  'detection_guidance',
  'repro_steps',
  'mitigation',
];

/** When the finds are looked into: the morning after disclosure. */
export const FOUND = parseInstant('2025-07-09T09:00:00Z');

/** Whose copies turn up, and which firm is suspended: drawn before anybody has a copy. */
export type Draw = {
  readonly textsOf: Reader;
  readonly trafficOf: Reader;
  /** The participant to be suspended; it has at least two readers. */
  readonly suspend: string;
};

/** Draws from the firms of `ans` about which nothing is particular. */
export function drawRoles(readers: readonly Reader[], random: Seeded): Draw {
  const ans = readers.filter(
    ({ firm }) =>
      firm.role === 'regular' && firm.enrolment.tier === 'ans' && firm.readers.length > 1,
  );
  const firms = shuffled([...Map.groupBy(ans, ({ participant }) => participant)], random);
  const [suspend, texts, traffic] = firms;
  const textsOf = texts?.[1][random.below(texts[1].length)];
  const trafficOf = traffic?.[1][random.below(traffic[1].length)];
  if (!suspend || !textsOf || !trafficOf) {
    throw new TocsinError('INTERNAL', 'cast: expected three firms of ans with two readers');
  }
  return { textsOf, trafficOf, suspend: suspend[0] };
}

const REQUEST_ID = /^REQUEST_ID = "([^"]+)"$/m;
const FILLER = /^FILLER = "([^"]+)"$/m;

/** What a sensor records when somebody runs a copy of the stand-in. */
export function trafficFrom(standIn: string): string {
  const [, id = ''] = REQUEST_ID.exec(standIn) ?? [];
  const [, filler = ''] = FILLER.exec(standIn) ?? [];
  return [
    'POST /stand-in HTTP/1.1',
    'Host: 192.0.2.17',
    'Content-Type: application/x-www-form-urlencoded',
    `X-Request-Id: ${id}`,
    `Content-Length: ${'filler='.length + filler.length}`,
    '',
    `filler=${filler}`,
    '',
  ].join('\r\n');
}

/** Somebody's own work about the same weakness: nothing in it comes from a copy. */
export const UNMARKED = `#!/usr/bin/env python3
# Harmless stand-in for an exploit that was written from scratch: it does nothing.
import sys

TRACE = "7d0c6a52-91c4-4f0b-8f57-2f6a1f0c9b3e"


def main(target):
    print("would send one request to", target, TRACE)


main(sys.argv[1])
`;
