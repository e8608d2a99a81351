import type { Instant } from '../../domain/instant.ts';
import type { UseSection } from './section.ts';

/** Who may read what participants say to each other about an alert. */
export type DiscussionReaders = 'participants' | 'anyone';

/**
 * [R51] Who may read a discussion. Where the pack sets the term, disclosure changes nothing; else
 * the discussion opens with everything else.
 */
export function discussionReaders(
  section: UseSection,
  disclosureAt: Instant,
  now: Instant,
): DiscussionReaders {
  if (section.terms.has('discussion_confidential')) return 'participants';
  return now < disclosureAt ? 'participants' : 'anyone';
}

/** Something that might go into a public artifact, and where it comes from. */
export type Source = { readonly id: string; readonly from: 'author' | 'discussion' };

/** What of an alert's material may go into public artifacts at `now`. */
export function exportable(
  section: UseSection,
  sources: readonly Source[],
  disclosureAt: Instant,
  now: Instant,
): Source[] {
  const open = discussionReaders(section, disclosureAt, now) === 'anyone';
  return sources.filter(({ from }) => from === 'author' || open);
}
