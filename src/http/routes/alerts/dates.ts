import { type Static, Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant, parseInstant } from '../../../domain/instant.ts';
import { TIMING_CODES } from '../../../programme/alert/hold-date.ts';
import { type Dates, planDates } from '../../../programme/alert/plan-dates.ts';
import { ACTING_PERSON } from '../../auth/audience.ts';
import { BODY_LIMITS } from '../../body.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText, InstantText, listOf, nullable, oneOf } from '../../schemas/basic.ts';
import { PackFilesText } from '../../schemas/policy.ts';
import { FindingText, PeriodText, presentFinding, presentPeriod } from '../../schemas/timing.ts';

const MAX_LISTS = 8;

const DatesBody = Type.Object(
  {
    lists: Type.Array(
      Type.Object(
        {
          name: Type.String({ minLength: 1, maxLength: 64 }),
          files: Type.Unsafe<Static<typeof PackFilesText> | null>({
            anyOf: [PackFilesText, { type: 'null' }],
            description: "a pack's texts; null for the alert's own programme",
          }),
        },
        closed,
      ),
      { minItems: 1, maxItems: MAX_LISTS },
    ),
    disclosureAt: Type.Optional(InstantText),
    search: Type.Optional(Type.Object({ from: InstantText, to: InstantText }, closed)),
  },
  closed,
);

const ConflictText = Type.Object({
  at: InstantText,
  clocks: listOf(
    Type.Object({
      list: Type.String(),
      code: oneOf(TIMING_CODES),
      field: Type.String(),
      name: nullable(Type.String()),
      notices: listOf(PeriodText),
    }),
  ),
});

const DatesText = Type.Object({
  disclosureAt: InstantText,
  lists: listOf(
    Type.Object({
      list: Type.String(),
      notices: listOf(PeriodText),
      earliest: InstantText,
      latest: InstantText,
      opensAt: Type.Record(Type.String(), InstantText),
      warnings: listOf(FindingText),
    }),
  ),
  conflicts: listOf(ConflictText),
  proposals: nullable(
    Type.Object({
      candidates: listOf(
        Type.Object({ from: InstantText, to: InstantText, clean: Type.Boolean() }),
      ),
      conflict: nullable(ConflictText),
    }),
  ),
});

export function showDates(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/alerts/:alert/dates',
    {
      bodyLimit: MAX_LISTS * BODY_LIMITS.pack,
      config: { audience: ACTING_PERSON, repeat: 'natural' },
      schema: {
        summary: 'When several lists can be told of one T0, or which T0 all can have',
        description:
          'Each list is a pack with its own clock. `lists` has the safe notices of each, or ' +
          '`conflicts` the rules that leave a list none. Changes nothing.',
        params: Type.Object({ alert: IdText }),
        body: DatesBody,
        response: { 200: DatesText },
      },
    },
    async ({ params, body }) => {
      const { lists, disclosureAt, search } = body;
      const asked = {
        lists,
        disclosureAt: disclosureAt === undefined ? null : parseInstant(disclosureAt),
        search: search
          ? {
              from: parseInstant(search.from, 'search.from'),
              to: parseInstant(search.to, 'search.to'),
            }
          : null,
      };
      const alert = parseId<'alert'>(params.alert, 'alert');
      return present(await planDates(deps.context, alert, asked, deps.clock.now()));
    },
  );
}

function present(dates: Dates): Static<typeof DatesText> {
  const { disclosureAt, lists, conflicts, proposals } = dates;
  return {
    disclosureAt: formatInstant(disclosureAt),
    lists: lists.map(({ list, notices, earliest, latest, schedule, warnings }) => ({
      list,
      notices: notices.map(presentPeriod),
      earliest: formatInstant(earliest),
      latest: formatInstant(latest),
      opensAt: Object.fromEntries(
        Object.entries(schedule.opensAt).map(([tier, at]) => [tier, formatInstant(at)]),
      ),
      warnings: warnings.map(presentFinding),
    })),
    conflicts: conflicts.map(presentConflict),
    proposals: proposals && {
      candidates:
        proposals.kind === 'found'
          ? proposals.candidates.map(({ from, to, clean }) => ({
              from: formatInstant(from),
              to: formatInstant(to),
              clean,
            }))
          : [],
      conflict:
        proposals.kind === 'refused' && proposals.conflict
          ? presentConflict(proposals.conflict)
          : null,
    },
  };
}

function presentConflict({ at, clocks }: Dates['conflicts'][number]) {
  return {
    at: formatInstant(at),
    clocks: clocks.map((clock) => ({ ...clock, notices: clock.notices.map(presentPeriod) })),
  };
}
