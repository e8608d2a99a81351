import type { Tlp } from '../../domain/artifact.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import { formatInstant } from '../../domain/instant.ts';
import { checkCsaf } from './check.ts';
import type { AdvisoryFacts } from './facts.ts';
import { buildProducts } from './render-products.ts';
import { renderVulnerability } from './render-vulnerability.ts';

/** A CSAF document to be published, and the name that the standard gives its file. */
type RenderedCsaf = { readonly filename: string; readonly json: string };

/**
 * Renders an alert's facts as a CSAF 2.0 security advisory. The document is held against the strict
 * schema and all mandatory tests before it is handed out; one with a finding does not leave.
 *
 * @throws INVALID_INPUT naming the test and the path when the facts do not make a valid document
 */
export async function renderCsaf(facts: AdvisoryFacts): Promise<RenderedCsaf> {
  const document = advisory(facts);
  const { findings } = await checkCsaf(document, 'strict');
  const first = findings[0];
  if (first !== undefined) {
    throw new TocsinError(
      'INVALID_INPUT',
      `${first.field}: ${first.message} (CSAF test ${first.test})`,
      { field: first.field },
    );
  }
  return {
    filename: csafFilename(facts.id),
    json: `${JSON.stringify(sorted(document), null, 2)}\n`,
  };
}

/** Members in alphabetical order, as the standard recommends (CSAF 2.0 §6.2.13). */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}

/** CSAF 2.0 §5.1: lower case, each run of other characters than `+-a-z0-9` one underscore. */
export function csafFilename(id: string): string {
  return `${id.toLowerCase().replace(/[^+\-a-z0-9]+/g, '_')}.json`;
}

function advisory(facts: AdvisoryFacts) {
  const products = buildProducts(facts.vulnerabilities);
  return {
    document: head(facts),
    product_tree: products.tree,
    vulnerabilities: facts.vulnerabilities.map((vulnerability, index) =>
      renderVulnerability(vulnerability, products.idsOf(index)),
    ),
  };
}

function head(facts: AdvisoryFacts) {
  return {
    category: 'csaf_security_advisory',
    csaf_version: '2.0',
    distribution: distribution(facts.tlp),
    lang: 'en',
    notes: [{ category: 'summary', text: facts.summary, title: 'Summary' }],
    publisher: facts.publisher,
    title: facts.title,
    tracking: tracking(facts),
  };
}

/** CSAF 2.0 knows the labels of TLP 1.0 only; what they cannot say stands in the text. */
function distribution(tlp: Tlp) {
  switch (tlp) {
    case 'CLEAR':
      return { tlp: { label: 'WHITE' } };
    case 'AMBER+STRICT':
      return { text: 'TLP:AMBER+STRICT (TLP 2.0)', tlp: { label: 'AMBER' } };
    case 'GREEN':
    case 'AMBER':
    case 'RED':
      return { tlp: { label: tlp } };
  }
}

function tracking(facts: AdvisoryFacts) {
  const history = facts.revisions.map((revision, index) => ({
    date: formatInstant(revision.at),
    number: String(index + 1),
    summary: revision.summary,
  }));
  const first = history[0];
  const last = history.at(-1);
  if (first === undefined || last === undefined) {
    throw invalid('revisions', 'at least one revision', facts.revisions);
  }
  return {
    current_release_date: last.date,
    generator: { engine: { name: 'Tocsin' } },
    id: facts.id,
    initial_release_date: first.date,
    revision_history: history,
    status: facts.status,
    version: last.number,
  };
}
