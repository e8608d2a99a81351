import { table } from './output.ts';
import { list, nullable, object, type Told, text } from './shape.ts';

const duty = object({ law: text, trigger: text, recipient: text });

/** Members that depend on `status` are absent where nothing is stated. */
const dutyFacts = (value: unknown, path: string) =>
  object({ status: text })(value, path).status === 'stated'
    ? object({ provenance: text, expiresAt: text, duties: list(duty) })(value, path)
    : null;

const participant = object({
  participant: text,
  name: text,
  enrolment: object({
    tier: text,
    standing: text,
    duty: dutyFacts,
    agreement: nullable(object({ expiresAt: text })),
  }),
  readers: list(object({ id: text, label: text, joinedAt: nullable(text) })),
  removed: list(object({ id: text, label: text })),
});
export type ParticipantAnswer = Told<typeof participant>;

/** One participant, as `GET …/participants/{participant}` tells it. */
export const participantAnswer = participant;

export const participantsPage = object({ items: list(participant), next: nullable(text) });

export function participantTable(items: readonly ParticipantAnswer[]): string {
  return table(
    ['participant', 'name', 'tier', 'standing', 'duties to report', 'agreement until', 'readers'],
    items.map(({ participant: id, name, enrolment, readers }) => [
      id,
      name,
      enrolment.tier,
      enrolment.standing,
      dutyText(enrolment.duty),
      enrolment.agreement?.expiresAt ?? 'none',
      readersText(readers),
    ]),
  );
}

function dutyText(facts: ParticipantAnswer['enrolment']['duty']): string {
  if (facts === null) return 'unknown';
  const { duties, provenance, expiresAt } = facts;
  const what = duties.map(({ trigger, recipient }) => `${trigger} to ${recipient}`).join(', ');
  return `${what || 'none'} (${provenance}, until ${expiresAt})`;
}

function readersText(readers: ParticipantAnswer['readers']): string {
  const joined = readers.filter(({ joinedAt }) => joinedAt !== null).length;
  const invited = readers.length - joined;
  return invited === 0 ? String(joined) : `${joined} and ${invited} invited`;
}
