import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant } from '../../../domain/instant.ts';
import {
  decideRecovery,
  listRecoveries,
  proposeRecovery,
  readRecovery,
} from '../../../programme/people/recoveries.ts';
import { type Audience, personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText, InstantText, listOf, nullable, oneOf } from '../../schemas/basic.ts';

const AUDIENCE: readonly Audience[] = ['person:operator', 'person:approver'];
const KINDS = ['person', 'reader'] as const;
const OUTCOMES = ['confirmed', 'refused'] as const;

export function recover(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/recoveries',
    {
      config: { audience: AUDIENCE, signedIn: 'verified', repeat: 'key' },
      schema: {
        summary: 'Proposes a new link for somebody who lost every passkey; its code, this once',
        body: Type.Object({ kind: oneOf(KINDS), holder: IdText }, closed),
        response: { 201: Type.Object({ recovery: IdText, code: Type.String() }) },
      },
    },
    async (request, reply) => {
      const { kind, holder } = request.body;
      const whom =
        kind === 'person'
          ? { kind, id: parseId<'person'>(holder, 'holder') }
          : { kind, id: parseId<'reader'>(holder, 'holder') };
      const now = deps.clock.now();
      const { context } = deps;
      const made = await proposeRecovery(context, personOf(request), whom, now, request.repeat);
      return reply.code(201).send(made);
    },
  );
}

const Told = Type.Object({
  kind: oneOf(KINDS),
  holder: IdText,
  proposer: IdText,
  at: InstantText,
  outcome: nullable(oneOf([...OUTCOMES, 'lapsed'])),
});

export function showRecoveries(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/recoveries',
    {
      config: { audience: [...AUDIENCE, 'person:auditor'] },
      schema: {
        summary: 'Recoveries, newest first; the last 1000',
        response: {
          200: Type.Object({
            items: listOf(
              Type.Object({ recovery: IdText, ...Told.properties, until: InstantText }),
            ),
          }),
        },
      },
    },
    async () => ({
      items: (await listRecoveries(deps.context)).map(({ id, holder, at, until, ...told }) => ({
        ...{ recovery: id, kind: holder.kind, holder: holder.id, ...told },
        ...{ at: formatInstant(at), until: formatInstant(until) },
      })),
    }),
  );
}

export function showRecovery(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/recoveries/:recovery',
    {
      config: { audience: [...AUDIENCE, 'person:auditor'] },
      schema: {
        summary: 'Whom a recovery is about, and who proposed it',
        params: Type.Object({ recovery: IdText }),
        response: { 200: Told },
      },
    },
    async ({ params }) => {
      const id = parseId<'recovery'>(params.recovery, 'recovery');
      const { holder, proposer, at, outcome } = await readRecovery(deps.context, id);
      const { kind } = holder;
      return { kind, holder: holder.id, proposer, at: formatInstant(at), outcome };
    },
  );
}

export function decideRecoveryOf(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/recoveries/:recovery/decision',
    {
      config: { audience: AUDIENCE, signedIn: 'verified', repeat: 'key' },
      schema: {
        summary: 'Another person confirms or refuses a recovery; its link, this once',
        description:
          'Confirmed, all that the holder got in by ends. The link serves with the code alone, ' +
          'which was told to who proposed it.',
        params: Type.Object({ recovery: IdText }),
        body: Type.Object({ decision: oneOf(['confirm', 'refuse']) }, closed),
        response: {
          200: Type.Object({ outcome: oneOf(OUTCOMES), link: nullable(Type.String()) }),
        },
      },
    },
    async (request) => {
      const id = parseId<'recovery'>(request.params.recovery, 'recovery');
      const { decision } = request.body;
      const now = deps.clock.now();
      const { repeat } = request;
      return decideRecovery(deps.context, personOf(request), id, decision, now, repeat);
    },
  );
}
