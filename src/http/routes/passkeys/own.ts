import { Type } from 'typebox';
import { formatInstant } from '../../../domain/instant.ts';
import {
  addPasskey,
  askToAdd,
  dropPasskey,
  listPasskeys,
} from '../../../programme/people/passkeys.ts';
import { ANYBODY_KNOWN, callerOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import {
  closed,
  IdText,
  InstantText,
  instantOrNull,
  knownId,
  listOf,
  nullable,
} from '../../schemas/basic.ts';
import {
  AttestationBody,
  CreationOptionsText,
  EndedText,
  LabelText,
} from '../../schemas/sign-in.ts';

const PasskeyText = Type.Object({
  id: IdText,
  label: Type.String(),
  createdAt: InstantText,
  usedAt: nullable(InstantText),
});

export function listOwnPasskeys(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/passkeys',
    {
      config: { audience: ANYBODY_KNOWN, signedIn: 'session' },
      schema: {
        summary: "The caller's passkeys",
        response: { 200: Type.Object({ items: listOf(PasskeyText) }) },
      },
    },
    async (request) => {
      const known = await listPasskeys(deps.context, callerOf(request));
      return {
        items: known.map(({ id, label, createdAt, usedAt }) => ({
          ...{ id, label, createdAt: formatInstant(createdAt), usedAt: instantOrNull(usedAt) },
        })),
      };
    },
  );
}

export function askForAnother(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/passkeys/options',
    {
      config: { audience: ANYBODY_KNOWN, signedIn: 'verified', repeat: 'natural' },
      schema: {
        summary: 'What to ask an authenticator, to register one more passkey',
        response: { 200: CreationOptionsText },
      },
    },
    async (request) => askToAdd(deps.context, callerOf(request), deps.clock.reading().wall),
  );
}

export function addAnother(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/passkeys',
    {
      // An answer is taken once, so a repeat finds it used.
      config: { audience: ANYBODY_KNOWN, signedIn: 'verified', repeat: 'natural' },
      schema: {
        summary: 'Registers one more passkey of the caller',
        body: Type.Object({ label: LabelText, passkey: AttestationBody }, closed),
        response: { 201: Type.Object({ passkey: IdText }) },
      },
    },
    async (request, reply) => {
      const { label, passkey: attestation } = request.body;
      const now = deps.clock.reading().wall;
      const made = { label, attestation };
      const added = await addPasskey(deps.context, callerOf(request), made, now);
      return reply.code(201).send(added);
    },
  );
}

export function dropOwnPasskey(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/passkeys/:passkey/end',
    {
      config: { audience: ANYBODY_KNOWN, signedIn: 'verified', repeat: 'natural' },
      schema: {
        summary: "Ends a passkey of the caller's, and their other sessions; never the last one",
        params: Type.Object({ passkey: IdText }),
        response: { 200: EndedText },
      },
    },
    async (request) => {
      const passkey = knownId<'passkey'>(request.params.passkey);
      await dropPasskey(deps.context, callerOf(request), passkey, deps.clock.reading().wall);
      return { ended: true };
    },
  );
}
