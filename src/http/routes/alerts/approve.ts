import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant } from '../../../domain/instant.ts';
import { approveAlert } from '../../../programme/alert/approve-alert.ts';
import { BREAK_GLASS_REASONS } from '../../../programme/alert/break-glass.ts';
import { askToApprove } from '../../../programme/alert/sign-approval.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import {
  closed,
  Hex32,
  IdText,
  InstantText,
  instantOrNull,
  listOf,
  nullable,
  oneOf,
} from '../../schemas/basic.ts';
import { AssertionBody, RequestOptionsText } from '../../schemas/sign-in.ts';
import { AcceptText } from '../../schemas/timing.ts';

const SAID = {
  plan: Hex32,
  accept: Type.Optional(AcceptText),
  emergency: Type.Optional(oneOf(BREAK_GLASS_REASONS)),
};
const NonceText = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });

export function approve(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/alerts/:alert/approval',
    {
      config: { audience: ['person:approver'], repeat: 'key' },
      schema: {
        summary: 'A second person approves exactly the plan with this digest',
        description:
          'Refused to everybody who opened the alert, changed it, or recorded a consent to it. ' +
          'Where the programme has chosen `one_then_veto`, an author announces it instead: it ' +
          'takes effect at `takesEffectAt` unless somebody vetoes it. ' +
          "T0 is held against the pack's clock again; a hold takes a reason of this person. " +
          'With `emergency` it is published at once, whatever the clock says. A programme may ' +
          'want the `signature` of a passkey.',
        params: Type.Object({ alert: IdText }),
        body: Type.Object(
          {
            ...SAID,
            signature: Type.Optional(
              Type.Object({ nonce: NonceText, passkey: AssertionBody }, closed),
            ),
          },
          closed,
        ),
        response: {
          200: Type.Object({
            alert: IdText,
            plan: Hex32,
            waves: listOf(InstantText),
            takesEffectAt: nullable(InstantText),
          }),
        },
      },
    },
    async (request) => {
      const alert = parseId<'alert'>(request.params.alert, 'alert');
      const { plan, ...answers } = request.body;
      const now = deps.clock.now();
      const caller = personOf(request);
      const { context } = deps;
      const { repeat } = request;
      const approved = await approveAlert(context, caller, alert, plan, now, repeat, answers);
      const takesEffectAt = instantOrNull(approved.takesEffectAt);
      return { ...approved, waves: approved.waves.map(formatInstant), takesEffectAt };
    },
  );
}

export function askForSignature(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/alerts/:alert/approval/options',
    {
      config: { audience: ['person:approver'], repeat: 'natural' },
      schema: {
        summary: 'What to ask an authenticator, to sign an approval of exactly this plan',
        description: '`accept` and `emergency` as the approval will say them: they are signed too.',
        params: Type.Object({ alert: IdText }),
        body: Type.Object(SAID, closed),
        response: {
          200: Type.Object({ ...RequestOptionsText.properties, nonce: NonceText }),
        },
      },
    },
    async (request) => {
      const alert = parseId<'alert'>(request.params.alert, 'alert');
      const { plan, accept = {}, emergency = null } = request.body;
      const asked = { alert, plan, accept, emergency };
      return askToApprove(deps.context, personOf(request), asked, deps.clock.now());
    },
  );
}
