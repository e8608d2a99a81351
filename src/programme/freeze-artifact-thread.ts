/** The thread of `freeze-artifact.ts`. */
import { TocsinError } from '../domain/errors.ts';
import { freezeSlots } from '../marking/freeze.ts';
import { parseSidecar } from '../marking/sidecar.ts';
import type { Freezing } from './freeze-artifact.ts';
import { answerFrom } from './thread.ts';

await answerFrom(({ marking, content, sidecar, ...input }: Freezing) => {
  const parsed = sidecar === null ? null : parseSidecar(sidecar);
  const text = decodeText(content);
  const { table, dropped } = freezeSlots({ ...input, version: 1, text, sidecar: parsed });
  if (marking === 'full') return { table, dropped };
  const canaries = table.slots.filter((slot) => slot.kind === 'canary');
  return { table: { ...table, slots: canaries }, dropped };
});

function decodeText(content: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch (cause) {
    throw new TocsinError('INVALID_INPUT', 'content: expected UTF-8 text for a marked artifact', {
      field: 'content',
      cause,
    });
  }
}
