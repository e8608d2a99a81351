import { invalid } from '../domain/errors.ts';
import {
  type Assessment,
  ATTACK_VECTORS,
  DISCOVERIES,
  IMPACTS,
  SEVERITIES,
} from '../domain/vulnerability.ts';
import { oneOf, parseYaml, record, textsOf, wordsOf } from './yaml-file.ts';

/** What an assessment may say, in its file or in alert.yaml. */
export const ASSESSMENT_FIELDS = [
  'severity',
  'vector',
  'impacts',
  'score',
  'products',
  'discovery',
] as const;

/** @throws INVALID_INPUT naming the field. */
export function parseAssessmentFile(text: string): Assessment {
  return assessmentOf(record(parseYaml(text, 'assessment'), 'assessment', ASSESSMENT_FIELDS));
}

/** The assessment in a mapping; what it leaves out is not known. @throws INVALID_INPUT */
export function assessmentOf(document: Readonly<Record<string, unknown>>): Assessment {
  const { severity, vector, impacts, score, products, discovery } = document;
  if (score !== undefined && score !== null && typeof score !== 'number') {
    throw invalid('score', 'a number, or null', score);
  }
  return {
    severity: oneOf(SEVERITIES, severity ?? 'unknown', 'severity'),
    vector: oneOf(ATTACK_VECTORS, vector ?? 'unknown', 'vector'),
    impacts: wordsOf(IMPACTS, impacts, 'impacts'),
    score: score ?? null,
    products: textsOf(products, 'products'),
    discovery: oneOf(DISCOVERIES, discovery ?? 'unknown', 'discovery'),
  };
}
