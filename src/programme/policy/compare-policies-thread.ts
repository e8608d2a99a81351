/** The thread of `compare-policies.ts`. */
import { type DiffLine, diffPolicies } from '../../policy/diff.ts';
import { scheduleUnderNext } from '../../policy/next-schedule.ts';
import { scheduleAt } from '../../policy/policy.ts';
import { compileFiles } from '../policy-shelf.ts';
import { answerFrom } from '../thread.ts';
import { type Compared, type Comparing, MAX_LINES } from './compare-policies.ts';

await answerFrom((data: Comparing): Compared => {
  const { participants, now } = data;
  const [old, fresh] = [compileFiles(data.before), compileFiles(data.after)];
  const sending = old.shadow === fresh.shadow ? 'same' : old.shadow ? 'starts' : 'stops';
  const told = { before: old.sha256, after: fresh.sha256, sending } as const;
  if (old.sha256 === fresh.sha256) {
    const nothing = { gaining: 0, losing: 0, effects: [], touched: 0, lines: [] };
    return { ...told, participants: participants.length, alerts: data.alerts.length, ...nothing };
  }
  const alerts = data.alerts.map(({ schedule, approved, ...alert }) => {
    if (!data.inForce) {
      const { disclosureAt } = schedule;
      const [was, is] = [old, fresh].map((policy) => scheduleAt(policy, disclosureAt, now));
      return { ...alert, before: was ?? schedule, after: is ?? schedule };
    }
    const { vulnerability } = alert;
    const after = scheduleUnderNext(old, fresh, { schedule, approved, vulnerability }, now);
    return { ...alert, before: schedule, after };
  });
  const diff = diffPolicies(old, fresh, alerts, participants, now);
  const lines: DiffLine[] = [];
  const touched = new Set<string>();
  for (const line of diff.lines()) {
    touched.add(line.participant);
    if (lines.length < MAX_LINES) lines.push(line);
  }
  return {
    ...told,
    participants: diff.participants,
    alerts: diff.alerts,
    gaining: diff.gaining,
    losing: diff.losing,
    effects: diff.effects,
    touched: touched.size,
    lines,
  };
});
