/** Alternates for an author to approve; the command line does not import marking itself. */
export { suggestionText } from '../marking/carriers/suggest.ts';
