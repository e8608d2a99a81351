import type { AlternateFamily } from '../sidecar.ts';

/**
 * Two wordings that a writer of advisories can mostly exchange, and what kind of alternate they
 * make. `forward`: only the first is looked for, since the second has other uses as well.
 */
export type Interchange = readonly [
  one: string,
  other: string,
  family: AlternateFamily,
  direction: 'both' | 'forward',
];

/**
 * Where suggestions come from. In a given sentence any of these may be wrong: an author decides.
 * Lower case; a capital first letter is carried over.
 */
export const LEXICON: readonly Interchange[] = [
  ['allows', 'permits', 'word', 'both'],
  ['allow', 'permit', 'word', 'both'],
  ['shows', 'indicates', 'word', 'both'],
  ['show', 'indicate', 'word', 'both'],
  ['begins', 'starts', 'word', 'both'],
  ['begin', 'start', 'word', 'both'],
  ['needs', 'requires', 'word', 'both'],
  ['need', 'require', 'word', 'both'],
  ['contains', 'includes', 'word', 'both'],
  ['occurs', 'happens', 'word', 'both'],
  ['occur', 'happen', 'word', 'both'],
  ['obtain', 'get', 'word', 'forward'],
  ['fixed', 'corrected', 'word', 'both'],
  ['seldom', 'rarely', 'word', 'both'],
  ['often', 'frequently', 'word', 'both'],
  ['usually', 'normally', 'word', 'both'],
  ['therefore', 'consequently', 'word', 'both'],
  ['however', 'nevertheless', 'word', 'forward'],
  ['moreover', 'furthermore', 'word', 'both'],
  ['immediately', 'at once', 'word', 'forward'],
  ['quickly', 'rapidly', 'word', 'both'],
  ['sufficient', 'adequate', 'word', 'both'],
  ['additional', 'further', 'word', 'forward'],
  ['previous', 'earlier', 'word', 'both'],
  ['entire', 'whole', 'word', 'both'],
  ['entirely', 'wholly', 'word', 'both'],
  ['currently', 'at present', 'word', 'both'],
  ['although', 'though', 'word', 'both'],
  ['until', 'till', 'word', 'forward'],
  ['approximately', 'roughly', 'word', 'both'],
  ['particularly', 'especially', 'word', 'both'],
  ['primarily', 'mainly', 'word', 'both'],
  ['subsequently', 'afterwards', 'word', 'both'],
  ['unusual', 'uncommon', 'word', 'both'],
  ['essential', 'indispensable', 'word', 'both'],
  ['unlikely', 'improbable', 'word', 'both'],
  ['in order to', 'so as to', 'phrase', 'both'],
  ['a number of', 'several', 'phrase', 'forward'],
  ['due to', 'because of', 'phrase', 'forward'],
  ['prior to', 'before', 'phrase', 'forward'],
  ['for example', 'for instance', 'phrase', 'both'],
  ['as soon as possible', 'without delay', 'phrase', 'both'],
  ['is able to', 'can', 'phrase', 'forward'],
  ['are able to', 'can', 'phrase', 'forward'],
  ['make sure that', 'ensure that', 'phrase', 'both'],
  ['we recommend', 'we advise', 'phrase', 'both'],
  ['with respect to', 'with regard to', 'phrase', 'both'],
  ['carried out', 'performed', 'phrase', 'forward'],
  ['carry out', 'perform', 'phrase', 'forward'],
  ['a range of', 'a variety of', 'phrase', 'both'],
  ['in particular', 'notably', 'phrase', 'forward'],
  ['in addition', 'besides', 'phrase', 'forward'],
  ['as a rule', 'in general', 'phrase', 'both'],
  ['most of', 'the majority of', 'phrase', 'forward'],
  ['as well as', 'and also', 'phrase', 'both'],
  ['at the same time', 'simultaneously', 'phrase', 'both'],
  ['take into account', 'consider', 'phrase', 'forward'],
  ['has been observed', 'was observed', 'phrase', 'forward'],
  ['it is possible to', 'one can', 'phrase', 'forward'],
  ['depends on', 'relies on', 'phrase', 'both'],
];
