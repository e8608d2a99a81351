import type { ImportedReference, ImportWarning } from './imported.ts';
import type { JsonNode, Members } from './json-node.ts';

/** How a format writes a reference: its members, and which one says what the link is. */
export type ReferenceForm = {
  readonly members: Members;
  readonly summary: string;
  readonly maxSummary: number;
  readonly maxUrl: number;
};

/** A link of another scheme could run in whatever shows it. */
const LINK = /^(?:https?|ftp):\/\//i;

/** References to web and ftp addresses; any other is left out with a warning. None is followed. */
export function readReferences(
  nodes: readonly JsonNode[],
  form: ReferenceForm,
): { taken: ImportedReference[]; warnings: ImportWarning[] } {
  const taken: ImportedReference[] = [];
  const warnings: ImportWarning[] = [];
  for (const node of nodes) {
    const reference = node.object(form.members);
    const url = reference.get('url');
    const summary = reference.maybe(form.summary)?.text(form.maxSummary) ?? null;
    const target = url.text(form.maxUrl);
    if (LINK.test(target) && URL.canParse(target)) {
      taken.push({ url: target, summary });
      continue;
    }
    const message = 'not an absolute web or ftp address; not taken over';
    warnings.push({ test: 'reference', field: url.path, message });
  }
  return { taken, warnings };
}
