import type { EmbargoProposal } from '../../domain/embargo.ts';
import { TocsinError } from '../../domain/errors.ts';
import { settle } from '../timing/settle.ts';

/**
 * Takes the accepted proposal out of the open ones. The shortest wins, since up to there everybody
 * is willing, and the rest stay open as revisions (Vultron, "Default Embargoes" and "Resolving
 * Proposals and Revisions").
 * @throws CONFLICT when it is not open, or a shorter one is.
 */
export function takeShortest(open: readonly EmbargoProposal[], id: string): EmbargoProposal {
  const proposal = find(open, id);
  const bids = open.map((each) => ({ by: each.id, disclosureAt: each.endsAt, discoverer: false }));
  if (proposal.endsAt !== settle(bids)?.disclosureAt) {
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
