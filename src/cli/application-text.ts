import { facts, section, table } from './output.ts';
import { fields, list, nullable, object, type Told, text } from './shape.ts';

/** An application as the server tells it. */
export const applicationView = object({
  ...{ application: text, name: text, state: text, at: text, participant: text },
  content: object({
    contact: text,
    roles: list(text),
    products: list(text),
    answers: list(
      object({
        ...{ criterion: text, digest: text },
        said: fields,
        evidence: nullable(
          object({
            ...{ text, link: nullable(text), expiresAt: nullable(text), shownAt: text },
            ...{ checkedBy: nullable(text), by: nullable(text) },
          }),
        ),
      }),
    ),
    exceptions: list(object({ criterion: text, approver: text, reason: text })),
    vouches: list(object({ member: text, reader: text, at: text })),
  }),
  assessment: nullable(
    object({
      verdict: text,
      findings: list(object({ criterion: nullable(text), code: text, until: nullable(text) })),
    }),
  ),
  ...{ reason: nullable(text), appeal: nullable(text), appealOutcome: nullable(text) },
});

export function applicationText(view: Told<typeof applicationView>): string {
  const { content, assessment } = view;
  const told: [string, string | null][] = [
    ['application', view.application],
    ['name', view.name],
    ['contact', content.contact],
    ['classes', content.roles.join(', ')],
    ['products', content.products.join(', ')],
    ['received', view.at],
    ['state', view.state],
    ['comes to', assessment?.verdict ?? 'nothing: the policy in force takes no applications'],
    ['told, why', view.reason],
    ['appeal', view.appeal],
    ['appeal was', view.appealOutcome],
  ];
  const head = facts(told.flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
  const found = assessment?.findings.map(({ criterion, code, until }) => [
    criterion ?? '(all of it)',
    code,
    until ?? '',
  ]);
  return (
    head +
    section('Criteria', table(['CRITERION', 'FINDING', 'UNTIL'], found ?? [])) +
    content.answers.map(answerText).join('') +
    content.vouches
      .map(({ member, reader, at }) =>
        section(
          'Vouched',
          facts([
            ['by', `${member}, reader ${reader}`],
            ['at', at],
          ]),
        ),
      )
      .join('') +
    content.exceptions
      .map(({ criterion, approver, reason }) =>
        section(
          `Excused: ${criterion}`,
          facts([
            ['by', approver],
            ['why', reason],
          ]),
        ),
      )
      .join('')
  );
}

function answerText({
  criterion,
  digest,
  said,
  evidence,
}: Told<typeof applicationView>['content']['answers'][number]): string {
  const { form: _, ...rest } = said;
  const checked = evidence?.checkedBy ?? null;
  const rows: [string, string | null][] = [
    ['says', JSON.stringify(rest)],
    ['shows', evidence?.text ?? null],
    ['at', evidence?.link ?? null],
    ['shown', evidence?.shownAt ?? null],
    ['ends', evidence?.expiresAt ?? null],
    [
      'checked',
      checked === null ? null : `as ${checked}${evidence?.by ? ` by ${evidence.by}` : ''}`,
    ],
    ['digest', digest],
  ];
  return section(
    criterion,
    facts(rows.flatMap(([name, value]) => (value === null ? [] : [[name, value]]))),
  );
}
