import { type Static, Type } from 'typebox';
import { TLP_LABELS } from '../../domain/artifact.ts';
import type {
  ImportedDocument,
  ImportedVulnerability,
  ProductStatus,
} from '../../formats/imported.ts';
import { InstantText, instantOrNull, listOf, nullable, oneOf } from './basic.ts';

const Text = Type.String();
const TextOrNull = nullable(Text);

const Score = Type.Object({
  version: Text,
  vector: Text,
  baseScore: Type.Number(),
  products: listOf(Text),
});

const Status = oneOf<ProductStatus>([
  'affected',
  'fixed',
  'not_affected',
  'under_investigation',
  'recommended',
  'unknown',
]);

const Reference = Type.Object({ url: Text, summary: TextOrNull });

/** `Versions` of formats/imported.ts: which fields there are depends on `kind`. */
const VersionsText = Type.Object({
  kind: oneOf(['exact', 'range', 'expression', 'others']),
  version: Type.Optional(Text),
  from: Type.Optional(Text),
  until: Type.Optional(Text),
  untilIncluded: Type.Optional(Type.Boolean()),
  text: Type.Optional(Text),
});

const Product = Type.Object({
  key: Text,
  vendor: TextOrNull,
  name: Text,
  platforms: listOf(Text),
  versions: VersionsText,
  status: Status,
  changes: listOf(Type.Object({ at: Text, status: Status })),
});

const Vulnerability = Type.Object({
  cve: TextOrNull,
  title: TextOrNull,
  description: TextOrNull,
  weaknesses: listOf(Type.Object({ id: Text, name: TextOrNull })),
  scores: listOf(Score),
  products: listOf(Product),
  references: listOf(Reference),
  publicAt: nullable(InstantText),
  thirdParty: listOf(
    Type.Object({
      provider: Text,
      updatedAt: nullable(InstantText),
      scores: listOf(Score),
      references: listOf(Reference),
    }),
  ),
});

/** A document's facts, and what its author should see. */
export const ImportedText = Type.Object({
  format: oneOf(['csaf-2.0', 'cve-5']),
  id: Text,
  title: TextOrNull,
  publisher: TextOrNull,
  tlp: nullable(oneOf(TLP_LABELS)),
  publishedAt: nullable(InstantText),
  updatedAt: nullable(InstantText),
  vulnerabilities: listOf(Vulnerability),
  warnings: listOf(Type.Object({ test: Text, field: Text, message: Text })),
});

export function presentImported(document: ImportedDocument): Static<typeof ImportedText> {
  return {
    ...document,
    publishedAt: instantOrNull(document.publishedAt),
    updatedAt: instantOrNull(document.updatedAt),
    vulnerabilities: document.vulnerabilities.map(presentVulnerability),
  };
}

function presentVulnerability(found: ImportedVulnerability): Static<typeof Vulnerability> {
  return {
    ...found,
    publicAt: instantOrNull(found.publicAt),
    thirdParty: found.thirdParty.map((container) => ({
      ...container,
      updatedAt: instantOrNull(container.updatedAt),
    })),
  };
}
