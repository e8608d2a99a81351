import { type CvssVersion, checkCvssVector } from '../cvss-vector.ts';
import type { ImportedScore } from '../imported.ts';
import type { JsonNode, JsonObject } from '../json-node.ts';

const MEMBERS: readonly (readonly [member: string, version: CvssVersion])[] = [
  ['cvssV4_0', '4.0'],
  ['cvssV3_1', '3.1'],
  ['cvssV3_0', '3.0'],
  ['cvssV2_0', '2.0'],
];

/** The CVSS scores; assessments in other schemes (`other`) are none of the alert's facts. */
export function readScores(nodes: readonly JsonNode[]): ImportedScore[] {
  return nodes.flatMap((node) => {
    const metric = node.object({
      required: [],
      optional: ['format', 'scenarios', 'other', ...MEMBERS.map(([member]) => member)],
    });
    return MEMBERS.flatMap(([member, version]) => readScore(metric, member, version));
  });
}

function readScore(metric: JsonObject, member: string, version: CvssVersion): ImportedScore[] {
  const node = metric.maybe(member);
  if (node === null) return [];
  const score = node.object({ required: ['version', 'vectorString', 'baseScore'] });
  score.get('version').oneOf([version]);
  const vector = score.get('vectorString').text(512);
  checkCvssVector(version, vector, `${node.path}.vectorString`);
  return [{ version, vector, baseScore: score.get('baseScore').number(0, 10), products: [] }];
}
