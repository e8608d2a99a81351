/** The thread of `compare-policies.ts`. */
import { type DiffLine, diffPolicies } from '../policy/diff.ts';
import { type Compared, type Comparing, MAX_LINES } from './compare-policies.ts';
import { compileFiles } from './policy-shelf.ts';
import { answerFrom } from './thread.ts';

await answerFrom((data: Comparing): Compared => {
  const { before, after, alerts, participants, now } = data;
  const diff = diffPolicies(compileFiles(before), compileFiles(after), alerts, participants, now);
  const lines: DiffLine[] = [];
  const touched = new Set<string>();
  for (const line of diff.lines()) {
    touched.add(line.participant);
    if (lines.length < MAX_LINES) lines.push(line);
  }
  return {
    participants: diff.participants,
    alerts: diff.alerts,
    gaining: diff.gaining,
    losing: diff.losing,
    effects: diff.effects,
    touched: touched.size,
    lines,
  };
});
