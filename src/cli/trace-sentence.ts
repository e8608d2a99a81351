import type { Names } from './names.ts';
import type { Evidence, TraceResult } from './trace-answers.ts';

/**
 * What a trace found, in words that go no further than the arithmetic. The first sentence is the
 * answer.
 */
export function traceSentence(result: TraceResult, names: Names): string {
  const answer = result.knownWord === null ? copies(result, names) : MASTER;
  return [answer, ...result.canaries.map((hit) => canary(hit, names))].join('\n');
}

const MASTER =
  'This is the text as authored, which is no recipient’s copy: only the issuer’s side had it ' +
  'before disclosure, and whatever is public since then reads the same. No copy identified.';

const LIMITS = 'It does not say who passed it on, or why.';

function copies(result: TraceResult, names: Names): string {
  if (result.identified.length === 0) return notIdentified(result);
  const found = result.identified.map(({ participant, readers }) => {
    const name = names.who(participant);
    const whose = readers.map((reader) => names.who(reader)).join(' and to ');
    return whose === '' ? `a reader of ${name}` : `${whose} of ${name}`;
  });
  const chance =
    'For any recipient whose copy was not used, the chance of such a match is below ' +
    `1 in ${oneIn(worst(result))}, counting all ${result.cap} recipients.`;
  const whose = found.join(', and the copy issued to ');
  const matched = `This text matches the copy issued to ${whose}.`;
  return [matched, chance, undecided(result), LIMITS].filter((part) => part !== '').join(' ');
}

/**
 * What the alerts say together of those whom no sample alone identifies; empty where they add
 * nobody.
 */
export function evidenceSentence(evidence: Evidence | null, names: Names): string {
  const found = evidence?.participants.filter(({ sample }) => sample === null) ?? [];
  if (evidence === null || found.length === 0) return '';
  const whom = new Set(found.map(({ participant }) => participant));
  const readers = evidence.readers.filter(({ participant }) => whom.has(participant));
  const theirs = found.map(({ participant }) => {
    const own = readers.filter((one) => one.participant === participant);
    const whose = own.map(({ reader }) => names.who(reader)).join(' and to ');
    return `${whose === '' ? 'readers' : whose} of ${names.who(participant)}`;
  });
  const chance = Math.max(...[...found, ...readers].map(({ corrected }) => corrected));
  return (
    `What was read of ${evidence.alerts} alerts so far, taken together, matches copies issued to ` +
    `${theirs.join(', and copies issued to ')}. For any recipient none of whose copies was used, ` +
    `the chance of being named so is below 1 in ${oneIn(chance)}, counting all ${evidence.cap} ` +
    'recipients and every look. It does not say in which of these alerts, who passed copies on, ' +
    'or why.'
  );
}

/** The corrected probability that every name given rests on: the worst of both stages. */
function worst({ participants, readers }: TraceResult): number {
  return Math.max(...[...participants, ...readers].map(({ corrected }) => corrected));
}

function undecided({ identified, needed }: TraceResult): string {
  if (identified.every(({ readers }) => readers.length > 0)) return '';
  return `Which reader’s copy it was is undecided${needed === null ? '' : `; ${more(needed)}`}.`;
}

function notIdentified({ needed }: TraceResult): string {
  return `No copy identified${needed === null ? '' : `; ${more(needed)}`}.`;
}

function more(needed: number): string {
  return `about ${needed} more slots would have to be read`;
}

function canary(hit: TraceResult['canaries'][number], names: Names): string {
  const participant = names.who(hit.participant);
  const whose = hit.reader === null ? participant : `${names.who(hit.reader)} of ${participant}`;
  return (
    `A canary value of the copy issued to ${whose} was found in it. That alone is not ` +
    'sufficient: whoever has seen that copy could have put the value there.'
  );
}

/** Digits beyond these would claim more than is known. */
const DIGITS = 2;

/** `X` of "1 in X" for a probability, rounded down: `4,200,000`, from 10^15 on a power of ten. */
export function oneIn(probability: number): string {
  const exponent = Math.floor(-Math.log10(probability));
  if (exponent >= 15) return `10^${exponent}`;
  const step = 10 ** Math.max(0, exponent - DIGITS + 1);
  return (Math.floor(1 / probability / step) * step).toLocaleString('en-US');
}
