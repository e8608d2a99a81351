import { type Static, Type } from 'typebox';
import { CONSENTS } from '../../../domain/enrolment.ts';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant, parseInstant } from '../../../domain/instant.ts';
import {
  approveMove,
  type ProposedMove,
  proposeMove,
  readMove,
} from '../../../programme/alert/move-disclosure.ts';
import { refuseMove } from '../../../programme/alert/refuse-move.ts';
import { ANY_PERSON, personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import {
  Count,
  closed,
  Hex32,
  IdText,
  InstantText,
  instantOrNull,
  listOf,
  nullable,
  oneOf,
} from '../../schemas/basic.ts';
import {
  AcceptText,
  ANSWERS,
  answersOf,
  presentTiming,
  TimingText,
  Why,
} from '../../schemas/timing.ts';

const Proposed = Type.Object({
  proposal: IdText,
  alert: IdText,
  kind: oneOf(['move', 'compress']),
  dueAt: nullable(InstantText),
  from: InstantText,
  to: InstantText,
  digest: Hex32,
  difference: Type.Object({ participants: Count, earlier: Count, later: Count }),
  timing: TimingText,
  lapses: listOf(Type.Object({ participant: IdText, was: oneOf(CONSENTS) })),
});

function present(move: ProposedMove): Static<typeof Proposed> {
  return {
    ...move,
    from: formatInstant(move.from),
    to: formatInstant(move.to),
    dueAt: instantOrNull(move.dueAt),
    timing: presentTiming(move.timing),
  };
}

export function proposeDisclosure(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/alerts/:alert/disclosure/proposals',
    {
      config: { audience: ['person:author'], repeat: 'key' },
      schema: {
        summary: 'Proposes another T0 after waves have begun; nothing changes yet',
        description:
          '`difference` counts participants to whom something opens earlier or later; `lapses` ' +
          'names those whose consent ends by it. Refused where a wave would open while somebody ' +
          'invited may still answer.',
        params: Type.Object({ alert: IdText }),
        body: Type.Object({ disclosureAt: InstantText, ...ANSWERS }, closed),
        response: { 200: Proposed },
      },
    },
    async (request) => {
      const alert = parseId<'alert'>(request.params.alert, 'alert');
      const to = parseInstant(request.body.disclosureAt, 'disclosureAt');
      const caller = personOf(request);
      const now = deps.clock.now();
      const answers = answersOf(request.body);
      return present(
        await proposeMove(deps.context, caller, alert, to, now, request.repeat, answers),
      );
    },
  );
}

export function showDisclosureProposal(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/disclosure-proposals/:proposal',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'What a proposed T0 would change as things are now, and the digest to approve',
        params: Type.Object({ proposal: IdText }),
        response: { 200: Proposed },
      },
    },
    async ({ params }) =>
      present(
        await readMove(
          deps.context,
          parseId<'move'>(params.proposal, 'proposal'),
          deps.clock.now(),
        ),
      ),
  );
}

export function approveDisclosure(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/disclosure-proposals/:proposal/approval',
    {
      config: { audience: ['person:approver'], repeat: 'key' },
      schema: {
        summary: 'A second person puts a proposed T0 in force; whoever holds something is told',
        params: Type.Object({ proposal: IdText }),
        body: Type.Object({ digest: Hex32, accept: Type.Optional(AcceptText) }, closed),
        response: { 200: Type.Object({ disclosureAt: InstantText, noticed: Count }) },
      },
    },
    async (request) => {
      const id = parseId<'move'>(request.params.proposal, 'proposal');
      const { digest, accept } = request.body;
      const caller = personOf(request);
      const now = deps.clock.now();
      const { context } = deps;
      const done = await approveMove(context, caller, id, digest, now, request.repeat, accept);
      return { ...done, disclosureAt: formatInstant(done.disclosureAt) };
    },
  );
}

export function refuseDisclosure(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/disclosure-proposals/:proposal/refusal',
    {
      config: { audience: ['person:author', 'person:approver'], repeat: 'key' },
      schema: {
        summary: 'Refuses what is proposed, with a reason; nothing of the alert changes',
        params: Type.Object({ proposal: IdText }),
        body: Type.Object({ why: Why }, closed),
        response: { 200: Type.Object({ refused: Type.Boolean() }) },
      },
    },
    async (request) => {
      const id = parseId<'move'>(request.params.proposal, 'proposal');
      const { why } = request.body;
      const now = deps.clock.now();
      await refuseMove(deps.context, personOf(request), id, why, now, request.repeat);
      return { refused: true };
    },
  );
}
