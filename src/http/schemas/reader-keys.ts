import { type Static, Type } from 'typebox';
import type { BroughtKeys } from '../../programme/member/brought-keys.ts';
import { parseBase64 } from './basic.ts';

/** Keys that a reader brings, with the proofs that it holds them. */
export const BroughtBody = {
  recipient: Type.String({
    minLength: 1,
    maxLength: 16_100,
    description:
      "the reader's recipient: age1…, (hybrid, about 1960 characters) age1pq1…, or openpgp4:…",
  }),
  signKey: Type.String({ format: 'byte', description: 'Ed25519 public key, 32 bytes' }),
  proof: Type.String({ format: 'byte', description: 'signature by signKey (docs/api.md)' }),
  openpgpProof: Type.Optional(
    Type.String({
      format: 'byte',
      maxLength: 8_000,
      description: 'detached signature by the OpenPGP key over the same bytes',
    }),
  ),
};

const Brought = Type.Object(BroughtBody);

export function broughtFrom(body: Static<typeof Brought>): BroughtKeys {
  const { recipient, signKey, proof, openpgpProof } = body;
  return {
    recipient,
    signKey: parseBase64(signKey, 'signKey'),
    proof: parseBase64(proof, 'proof'),
    openpgpProof: openpgpProof === undefined ? null : parseBase64(openpgpProof, 'openpgpProof'),
  };
}
