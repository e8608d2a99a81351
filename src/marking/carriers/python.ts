import { TocsinError } from '../../domain/errors.ts';
import type { Carrier, CarrierInput, Proposal, ProposedBit } from './carrier.ts';
import { assignmentSlots } from './python/assignments.ts';
import { branchSlots } from './python/branches.ts';
import { definitionSlots } from './python/definitions.ts';
import { comparesItself, reasonToLeave } from './python/guard.ts';
import { importSlots } from './python/imports.ts';
import { inventoryOf } from './python/inventory.ts';
import { keywordSlots } from './python/keywords.ts';
import { memberSlots } from './python/members.ts';
import { numberSlots } from './python/numbers.ts';
import { operandSlots } from './python/operands.ts';
import { type Source, sourceOf } from './python/syntax.ts';
import { sameForm } from './same-form.ts';

/** Longest script that is marked, in UTF-16 units, and most slots: each is run. */
const MAX_SOURCE = 256 * 1024;
const MAX_SLOTS = 64;

/**
 * Python scripts: the order of imports, assignments, functions, keywords and members, the sides of
 * comparisons and branches, the notation of sizes and masks. No string, comment or name is touched;
 * statements change places, and the gate sees to it that all of them stay. What stays in a table
 * has passed the author's test command besides (`script-trial.ts`), so that without one nothing is
 * offered.
 */
export const python: Carrier = {
  name: 'python',
  formats: ['script'],
  reads: 'test',
  propose,
  gate: sameForm(inventory, MAX_SLOTS),
};

function propose({ text, sidecar }: CarrierInput): Proposal {
  if (sidecar === null || sidecar.test.length === 0) {
    return unmarked('expected a test command in the sidecar, found none');
  }
  if (text.length > MAX_SOURCE) return unmarked(`longer than ${MAX_SOURCE} characters`);
  const source = parse(text);
  if (source instanceof TocsinError) return unmarked(source.message);
  const reason = reasonToLeave(source);
  return reason === null ? { slots: slotsOf(source), dropped: [] } : unmarked(reason);
}

function unmarked(reason: string): Proposal {
  return { slots: [], dropped: [{ family: 'python', what: 'script', reason }] };
}

function slotsOf(source: Source): ProposedBit[] {
  const plain = !comparesItself(source);
  return [
    ...importSlots(source),
    ...assignmentSlots(source),
    ...definitionSlots(source),
    ...keywordSlots(source),
    ...memberSlots(source, plain),
    ...(plain ? operandSlots(source) : []),
    ...branchSlots(source),
    ...numberSlots(source),
  ];
}

function inventory(text: string): string | null {
  const source = parse(text);
  return source instanceof TocsinError ? null : inventoryOf(source);
}

function parse(text: string): Source | TocsinError {
  try {
    return sourceOf(text);
  } catch (error) {
    if (error instanceof TocsinError && error.code === 'INVALID_INPUT') return error;
    throw error;
  }
}
