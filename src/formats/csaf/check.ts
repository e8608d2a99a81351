import * as mandatoryTests from '@secvisogram/csaf-validator-lib/mandatoryTests.js';
import {
  csaf_2_0,
  csaf_2_0_strict,
  type DocumentTest,
} from '@secvisogram/csaf-validator-lib/schemaTests.js';

/** One fault: the test of CSAF 2.0 §6.1 (`6.1.11`, or `schema`) and where in the document. */
export type CsafFinding = {
  readonly test: string;
  readonly field: string;
  readonly message: string;
};

type CsafReport = {
  readonly findings: readonly CsafFinding[];
  /** Tests of the standard that were not run, with the reason: never counted as passed. */
  readonly notRun: readonly { readonly test: string; readonly reason: string }[];
};

const SCHEMAS: Readonly<Record<'tolerant' | 'strict', DocumentTest>> = {
  tolerant: csaf_2_0,
  strict: csaf_2_0_strict,
};

const NOT_RUN = [
  { test: '6.3.6', reason: 'would fetch the addresses that the document names' },
  { test: '6.3.7', reason: 'would fetch the addresses that the document names' },
  { test: '6.3.8', reason: 'needs the spell checker hunspell, which Tocsin does not start' },
];

/**
 * Checks a document against the CSAF 2.0 schema and, if it passes, the 43 mandatory tests.
 * `tolerant` lets members stand that the standard does not define, as the published schema does;
 * `strict` refuses them.
 */
export async function checkCsaf(
  document: unknown,
  schema: 'tolerant' | 'strict',
): Promise<CsafReport> {
  const faults = await runTest('schema', SCHEMAS[schema], document);
  // The mandatory tests are written for documents that have the schema's shape.
  const findings = faults.length > 0 ? faults : await runMandatoryTests(document);
  return { findings, notRun: NOT_RUN };
}

async function runMandatoryTests(document: unknown): Promise<CsafFinding[]> {
  const findings: CsafFinding[] = [];
  for (const [name, test] of Object.entries(mandatoryTests)) {
    const id = name.replace('mandatoryTest_', '').replaceAll('_', '.');
    findings.push(...(await runTest(id, test, document)));
  }
  return findings;
}

async function runTest(
  id: string,
  test: DocumentTest,
  document: unknown,
): Promise<readonly CsafFinding[]> {
  const result = await attempt(test, document);
  if (result === null) {
    return [{ test: id, field: '', message: 'the test could not decide about this document' }];
  }
  if (result.isValid !== false) return [];
  const errors = result.errors ?? [];
  if (errors.length === 0) return [{ test: id, field: '', message: 'failed' }];
  return errors.map((error) => ({
    test: id,
    field: fieldOf(error.instancePath),
    message: error.message,
  }));
}

/** A test that throws on an odd but well-formed document has not passed: fail closed, no crash. */
async function attempt(test: DocumentTest, document: unknown) {
  try {
    return await test(document);
  } catch {
    return null;
  }
}

/** `/vulnerabilities/4/cwe/name` (RFC 6901) as `vulnerabilities[4].cwe.name`. */
function fieldOf(pointer: string): string {
  const steps = pointer.split('/').slice(1);
  const path = steps.map((step) => {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    return /^\d+$/.test(name) ? `[${name}]` : `.${name}`;
  });
  return path.join('').replace(/^\./, '');
}
