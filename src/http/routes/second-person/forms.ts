import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant } from '../../../domain/instant.ts';
import {
  FORMS,
  hoursOf,
  REFUSALS,
  refusalOf,
  SECOND_PERSON_ACTS,
  type SecondPersonAct,
} from '../../../domain/second-person.ts';
import {
  decideForm,
  proposeForm,
  readSecondPerson,
} from '../../../programme/people/second-person.ts';
import { ANY_PERSON, personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import {
  Count,
  closed,
  Hex32,
  IdText,
  InstantText,
  listOf,
  nullable,
  oneOf,
} from '../../schemas/basic.ts';

const ActText = oneOf(SECOND_PERSON_ACTS);
const FormText = oneOf(FORMS);
const Proposed = { digest: Hex32, proposer: IdText, at: InstantText };
const Refusals = Object.keys(REFUSALS) as readonly (keyof typeof REFUSALS)[];

const SecondPersonText = Type.Object({
  forms: listOf(
    Type.Object({
      act: ActText,
      form: FormText,
      hours: nullable(Count),
      admits: listOf(
        Type.Object({
          form: FormText,
          refused: nullable(oneOf(Refusals)),
          hours: nullable(Type.Object({ least: Count, most: Count })),
        }),
      ),
    }),
  ),
  proposed: listOf(
    Type.Object({
      change: IdText,
      act: ActText,
      form: FormText,
      hours: nullable(Count),
      ...Proposed,
    }),
  ),
  announced: listOf(
    Type.Object({
      announced: IdText,
      act: ActText,
      subject: IdText,
      ...Proposed,
      takesEffectAt: InstantText,
    }),
  ),
});

export function showSecondPerson(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/programmes/:programme/second-person',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'In which form each act takes its second person, and what is announced',
        description:
          '`hours` is the wait of `one_then_veto`, or by when `one_then_confirm` is to be ' +
          'confirmed. `admits` says of each form why the act does not have it, or between which ' +
          'hours. `subject` of an announced approval is its alert, else what was proposed.',
        params: Type.Object({ programme: IdText }),
        response: { 200: SecondPersonText },
      },
    },
    async ({ params }) => {
      const programme = parseId<'programme'>(params.programme, 'programme');
      const { forms, proposed, announced } = await readSecondPerson(deps.context, programme);
      return {
        forms: forms.map((one) => ({ ...one, admits: admitsOf(one.act) })),
        proposed: proposed.map(({ id, act, to, digest, proposer, at }) => ({
          ...{ change: id, act, ...to, digest, proposer, at: formatInstant(at) },
        })),
        announced: announced.map(({ id, act, subject, digest, proposer, at, takesEffectAt }) => ({
          ...{ announced: id, act, subject, digest, proposer, at: formatInstant(at) },
          takesEffectAt: formatInstant(takesEffectAt),
        })),
      };
    },
  );
}

function admitsOf(act: SecondPersonAct) {
  return FORMS.map((form) => ({ form, refused: refusalOf(act, form), hours: hoursOf(act, form) }));
}

export function proposeOtherForm(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/second-person',
    {
      config: { audience: ['person:manager', 'person:approver'], repeat: 'key' },
      schema: {
        summary: 'Proposes another form for an act; a second person puts it in force',
        params: Type.Object({ programme: IdText }),
        body: Type.Object(
          { act: ActText, form: FormText, hours: Type.Optional(Type.Integer({ minimum: 1 })) },
          closed,
        ),
        response: { 200: Type.Object({ change: IdText, digest: Hex32 }) },
      },
    },
    async (request) => {
      const programme = parseId<'programme'>(request.params.programme, 'programme');
      const { act, form, hours = null } = request.body;
      const caller = personOf(request);
      const now = deps.clock.now();
      const wanted = { act, form, hours };
      return proposeForm(deps.context, caller, programme, wanted, now, request.repeat);
    },
  );
}

export function decideOtherForm(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/second-person-changes/:change/decision',
    {
      config: { audience: ['person:manager', 'person:approver'], repeat: 'key' },
      schema: {
        summary: 'A second person puts a proposed form in force, or refuses it',
        description: 'Who proposed it may take it back by refusing, and never confirms it.',
        params: Type.Object({ change: IdText }),
        body: Type.Object({ decision: oneOf(['confirm', 'refuse']), digest: Hex32 }, closed),
        response: { 200: Type.Object({ outcome: oneOf(['confirmed', 'refused']) }) },
      },
    },
    async (request) =>
      decideForm(
        deps.context,
        personOf(request),
        parseId<'form_change'>(request.params.change, 'change'),
        request.body,
        deps.clock.now(),
        request.repeat,
      ),
  );
}
