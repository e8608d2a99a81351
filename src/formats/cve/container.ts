import type { Instant } from '../../domain/instant.ts';
import type {
  ImportedProduct,
  ImportedReference,
  ImportedScore,
  ImportWarning,
  ThirdPartyContainer,
} from '../imported.ts';
import type { JsonNode, JsonObject } from '../json-node.ts';
import { type ReferenceForm, readReferences } from '../references.ts';
import { readProducts } from './affected.ts';
import { readScores } from './metrics.ts';
import { maybeTimestamp } from './timestamp.ts';

export type CnaContainer = {
  readonly title: string | null;
  readonly description: string;
  readonly weaknesses: readonly { readonly id: string; readonly name: string | null }[];
  readonly scores: readonly ImportedScore[];
  readonly products: readonly ImportedProduct[];
  readonly references: readonly ImportedReference[];
  readonly publicAt: Instant | null;
  readonly warnings: readonly ImportWarning[];
};

const REQUIRED = ['providerMetadata', 'descriptions', 'affected', 'references'];
const OPTIONAL = [
  'dateAssigned',
  'datePublic',
  'title',
  'problemTypes',
  'impacts',
  'metrics',
  'configurations',
  'workarounds',
  'solutions',
  'exploits',
  'timeline',
  'credits',
  'source',
  'tags',
  'taxonomyMappings',
  'cpeApplicability',
];
const EXTENSION = /^x_[^.]*$/;

/** The container of the authority that assigned the id: the facts of the record. */
export function readCna(node: JsonNode): CnaContainer {
  const cna = node.object({ required: REQUIRED, optional: OPTIONAL, extension: EXTENSION });
  readProvider(cna);
  const references = readReferences(cna.get('references').list(1, 512), REFERENCE);
  return {
    title: cna.maybe('title')?.text(256) ?? null,
    description: readDescription(cna.get('descriptions')),
    weaknesses: readWeaknesses(cna.items('problemTypes')),
    scores: readScores(cna.items('metrics')),
    products: readProducts(cna.get('affected')),
    references: references.taken,
    publicAt: maybeTimestamp(cna, 'datePublic'),
    warnings: references.warnings,
  };
}

/** A container that somebody else added. Its scores and references carry that party's name. */
export function readThirdParty(node: JsonNode): ThirdPartyContainer {
  const adp = node.object({
    required: ['providerMetadata'],
    optional: [...REQUIRED, ...OPTIONAL],
    extension: EXTENSION,
  });
  return {
    ...readProvider(adp),
    scores: readScores(adp.items('metrics')),
    references: readReferences(adp.items('references'), REFERENCE).taken,
  };
}

function readProvider(container: JsonObject): { provider: string; updatedAt: Instant | null } {
  const provider = container
    .get('providerMetadata')
    .object({ required: ['orgId'], optional: ['shortName', 'dateUpdated'] });
  return {
    provider: (provider.maybe('shortName') ?? provider.get('orgId')).text(64),
    updatedAt: maybeTimestamp(provider, 'dateUpdated'),
  };
}

const LANGUAGE = /^[A-Za-z]{2,4}([_-][A-Za-z]{4})?([_-]([A-Za-z]{2}|[0-9]{3}))?$/;

/** The first English text; the format demands that there is one. */
function readDescription(node: JsonNode): string {
  const texts = node.list(1).map((item) => {
    const description = item.object({
      required: ['lang', 'value'],
      optional: ['supportingMedia'],
    });
    const language = description.get('lang').matching(LANGUAGE, 'a language tag');
    return { language, value: description.get('value').text(4096) };
  });
  const english = texts.find((text) => /^en(?:[_-]|$)/i.test(text.language));
  return (english ?? texts[0])?.value ?? '';
}

function readWeaknesses(nodes: readonly JsonNode[]): CnaContainer['weaknesses'] {
  const texts = nodes.flatMap((node) =>
    node
      .object({ required: ['descriptions'], optional: [] })
      .get('descriptions')
      .list(1),
  );
  return texts.flatMap((node) => {
    const text = node.object({
      required: ['lang', 'description'],
      optional: ['cweId', 'type', 'references'],
    });
    const name = text.get('description').text(4096);
    const id = text.maybe('cweId')?.matching(/^CWE-[1-9]\d{0,4}$/, 'a CWE id');
    return id === undefined ? [] : [{ id, name: name.replace(`${id}: `, '') }];
  });
}

const REFERENCE: ReferenceForm = {
  members: { required: ['url'], optional: ['name', 'tags'] },
  summary: 'name',
  maxSummary: 512,
  maxUrl: 2048,
};
