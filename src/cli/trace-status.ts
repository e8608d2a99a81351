import { plain } from '../participant/plain.ts';
import type { Names } from './names.ts';
import type { TraceAnswer } from './trace-answers.ts';

/** What a report is, until a second person has released it and after. */
export function stateText({ released }: TraceAnswer['status']): string {
  return released === null
    ? 'draft: not released by a second person'
    : `released at ${released.at}`;
}

/** What participants said to a report: whose it is and when, and its lines. */
export function repliesTo({ status }: TraceAnswer, names: Names) {
  return status.replies.map(({ participant, text, at }) => ({
    title: `Reply of ${names.who(participant)}, ${at}`,
    // Line ends stay; nothing else that moves the cursor does.
    lines: text.split('\n').map((line) => plain(line, text.length)),
  }));
}
