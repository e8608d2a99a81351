import { durationWords } from '../duration-words.ts';
import { dueFromWords } from '../duties/due-from.ts';
import type { Policy } from '../policy.ts';

/** What a pack asks of whoever it gives something, a sentence each. Empty: nothing. */
export function obligationWords({ duties, threads }: Pick<Policy, 'duties' | 'threads'>): string[] {
  const { keepEmbargo, acknowledgeMs, leakReportMs, returnCopiesMs } = duties;
  const { statusReport, protectionReport, retestMs, post } = duties;
  return [
    keepEmbargo ? 'It keeps what it was given to itself until disclosure.' : null,
    said(
      acknowledgeMs,
      (time) => `It acknowledges a copy within ${time} of being given something.`,
    ),
    said(leakReportMs, (time) => `It reports a leak of its own within ${time} of noticing it.`),
    statusReport && `${dueFromWords(statusReport)}, it says how it is affected.`,
    protectionReport && `${dueFromWords(protectionReport)}, its protection is ready.`,
    said(
      retestMs,
      (time) => `It tries again, within ${time}, what was revised after it had tried it.`,
    ),
    post && `${dueFromWords(post)}, what it publishes itself is out.`,
    said(returnCopiesMs, (time) => `Once it is out, it gives up its copies within ${time}.`),
    threads === 'members'
      ? 'What it writes to all about an alert is read by every member that sees the alert.'
      : null,
  ].filter((sentence) => sentence !== null);
}

function said(ms: number | null, sentence: (time: string) => string): string | null {
  return ms === null ? null : sentence(durationWords(ms));
}

/**
 * What follows once it is exploited, where the pack brings waves forward then: silence opens them,
 * so that whoever reads the page learns after how long, whether the pack says so or not. Null: it
 * brings none forward.
 */
export function exploitedWords({ timing, embargo }: Pick<Policy, 'timing' | 'embargo'>) {
  if (timing?.compressWhen !== 'exploited') return null;
  const time = durationWords(embargo.decideExploitedWithinMs);
  return `That the waves to come open at once is proposed. Unless somebody refuses it with a reason
within ${time}, they do. Disclosure stays where it is.`;
}
