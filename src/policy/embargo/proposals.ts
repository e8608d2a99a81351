import type { EmbargoProposal } from '../../domain/embargo.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { Instant } from '../../domain/instant.ts';

/**
 * The end on which all proposals agree: the earliest, since up to there everybody is willing.
 * Vultron, "Default Embargoes": the shortest proposal wins. Null without proposals.
 */
export function agreedEnd(proposals: readonly { readonly endsAt: Instant }[]): Instant | null {
  return proposals.reduce<Instant | null>(
    (end, { endsAt }) => (end === null || endsAt < end ? endsAt : end),
    null,
  );
}

/**
 * Takes the accepted proposal out of the open ones. Proposals are settled from the earliest end to
 * the latest (Vultron, "Resolving Proposals and Revisions"); the rest stay open as revisions.
 * @throws CONFLICT when it is not open, or a shorter one is.
 */
export function takeShortest(open: readonly EmbargoProposal[], id: string): EmbargoProposal {
  const proposal = find(open, id);
  if (proposal.endsAt !== agreedEnd(open)) {
    throw new TocsinError('CONFLICT', 'proposal: expected the shortest that is open, found longer');
  }
  return proposal;
}

/** The open proposals without this one. @throws CONFLICT when it is not open. */
export function without(open: readonly EmbargoProposal[], id: string): EmbargoProposal[] {
  const gone = find(open, id);
  return open.filter((each) => each !== gone);
}

function find(open: readonly EmbargoProposal[], id: string): EmbargoProposal {
  const proposal = open.find((each) => each.id === id);
  if (proposal !== undefined) return proposal;
  throw new TocsinError('CONFLICT', `proposal: expected one of ${open.length} open, found another`);
}
