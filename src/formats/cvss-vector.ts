import { invalid, TocsinError } from '../domain/errors.ts';

export type CvssVersion = '2.0' | '3.0' | '3.1' | '4.0';

/** Metric name to its values; a table's order is the order of the specification. */
type Metrics = Readonly<Record<string, string>>;
type Grammar = {
  readonly prefix: string;
  readonly base: Metrics;
  readonly further: Metrics;
  readonly ordered: boolean;
};

const V2: Grammar = {
  prefix: '',
  base: { AV: 'L A N', AC: 'H M L', Au: 'M S N', C: 'N P C', I: 'N P C', A: 'N P C' },
  further: {
    E: 'U POC F H ND',
    RL: 'OF TF W U ND',
    RC: 'UC UR C ND',
    CDP: 'N L LM MH H ND',
    TD: 'N L M H ND',
    CR: 'L M H ND',
    IR: 'L M H ND',
    AR: 'L M H ND',
  },
  ordered: false,
};

const V3_BASE: Metrics = {
  AV: 'N A L P',
  AC: 'L H',
  PR: 'N L H',
  UI: 'N R',
  S: 'U C',
  C: 'H L N',
  I: 'H L N',
  A: 'H L N',
};
const V3_FURTHER: Metrics = {
  E: 'X U P F H',
  RL: 'X O T W U',
  RC: 'X U R C',
  CR: 'X L M H',
  IR: 'X L M H',
  AR: 'X L M H',
  MAV: 'X N A L P',
  MAC: 'X L H',
  MPR: 'X N L H',
  MUI: 'X N R',
  MS: 'X U C',
  MC: 'X H L N',
  MI: 'X H L N',
  MA: 'X H L N',
};

const V4: Grammar = {
  prefix: 'CVSS:4.0/',
  base: {
    AV: 'N A L P',
    AC: 'L H',
    AT: 'N P',
    PR: 'N L H',
    UI: 'N P A',
    VC: 'H L N',
    VI: 'H L N',
    VA: 'H L N',
    SC: 'H L N',
    SI: 'H L N',
    SA: 'H L N',
  },
  further: {
    E: 'X A P U',
    CR: 'X H M L',
    IR: 'X H M L',
    AR: 'X H M L',
    MAV: 'X N A L P',
    MAC: 'X L H',
    MAT: 'X N P',
    MPR: 'X N L H',
    MUI: 'X N P A',
    MVC: 'X H L N',
    MVI: 'X H L N',
    MVA: 'X H L N',
    MSC: 'X H L N',
    MSI: 'X S H L N',
    MSA: 'X S H L N',
    S: 'X N P',
    AU: 'X N Y',
    R: 'X A U I',
    V: 'X D C',
    RE: 'X L M H',
    U: 'X Clear Green Amber Red',
  },
  ordered: true,
};

const GRAMMARS: Readonly<Record<CvssVersion, Grammar>> = {
  '2.0': V2,
  '3.0': { prefix: 'CVSS:3.0/', base: V3_BASE, further: V3_FURTHER, ordered: false },
  '3.1': { prefix: 'CVSS:3.1/', base: V3_BASE, further: V3_FURTHER, ordered: false },
  '4.0': V4,
};

/** Longer than any vector with every metric of its version. */
const MAX_VECTOR = 256;

/**
 * Checks a CVSS vector against its version's grammar (CVSS v2 §2.4, v3.0 and v3.1 §6, v4.0 §7):
 * all base metrics, none twice, none unknown, values of the metric, and in 4.0 the fixed order. The
 * score is not computed.
 *
 * @throws INVALID_INPUT naming `field` and the metric
 */
export function checkCvssVector(version: CvssVersion, vector: string, field: string): void {
  const grammar = GRAMMARS[version];
  if (vector.length > MAX_VECTOR || !vector.startsWith(grammar.prefix)) {
    throw invalid(field, `a CVSS ${version} vector`, vector);
  }
  const seen = readMetrics(vector.slice(grammar.prefix.length), grammar, field);
  for (const metric of Object.keys(grammar.base)) {
    if (!seen.has(metric)) throw fault(field, `metric ${metric}`, 'none');
  }
}

function readMetrics(text: string, grammar: Grammar, field: string): ReadonlySet<string> {
  const values = new Map(Object.entries({ ...grammar.base, ...grammar.further }));
  const order = [...values.keys()];
  const seen = new Set<string>();
  let last = -1;
  for (const part of text.split('/')) {
    const [metric = '', value = '', ...rest] = part.split(':');
    const allowed = values.get(metric)?.split(' ');
    if (allowed === undefined || rest.length > 0) throw fault(field, 'known metrics', 'another');
    if (!allowed.includes(value)) throw fault(field, `${metric} of ${allowed}`, 'another value');
    if (seen.has(metric)) throw fault(field, `metric ${metric} once`, 'it twice');
    if (grammar.ordered && order.indexOf(metric) < last) {
      throw fault(field, 'metrics in the order of the specification', `${metric} too late`);
    }
    last = order.indexOf(metric);
    seen.add(metric);
  }
  return seen;
}

function fault(field: string, expected: string, found: string): TocsinError {
  return new TocsinError('INVALID_INPUT', `${field}: expected ${expected}, found ${found}`, {
    field,
  });
}
