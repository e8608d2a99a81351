/** Terms in a test house: published by two persons, with an officer who signs them. */
import { signer } from '../../src/crypto/sign.ts';
import type { TermsId } from '../../src/domain/ids.ts';
import { termsSigningBytes } from '../../src/formats/terms.ts';
import {
  proposeOfficer,
  proposeTerms,
  readTerms,
  type StatedTerms,
} from '../../src/programme/member/terms.ts';
import { lastAgreement } from '../../src/store/agreement-store.ts';
import { confirmed, type House, type TestReader } from './house.ts';

/** Terms that leave earlier agreements as they are. */
export const STATED_TERMS: StatedTerms = {
  text: 'Nobody is attacked with this.\n',
  clauses: {
    noOffensiveUse: true,
    usePermissions: null,
    sharingLimit: null,
    aiProcessing: null,
    individualCopies: false,
  },
  validDays: 30,
  signBy: null,
};

export async function publishTerms(
  house: House,
  stated: StatedTerms = STATED_TERMS,
): Promise<TermsId> {
  const { context, author, programme, clock } = house;
  const made = await proposeTerms(context, author, programme, stated, clock.now());
  await confirmed(house, made.proposal);
  return made.terms;
}

/** Has two persons say that a reader's signature binds its organisation. */
export async function nameOfficer(house: House, who: TestReader) {
  const { context, author, programme, clock } = house;
  const whose = { participant: who.caller.participant, reader: who.caller.id };
  await confirmed(
    house,
    (await proposeOfficer(context, author, programme, whose, clock.now())).proposal,
  );
  return whose;
}

/** An officer's signature under new terms, as the API takes it. */
export async function signatureOf(house: House, who: TestReader) {
  const terms = await publishTerms(house);
  await nameOfficer(house, who);
  return { terms, signature: (await newestSigned(house, who)).signature.toString('base64') };
}

/** A signature under the newest terms, whether it binds or not. */
export async function newestSigned(
  { context, programme }: House,
  who: TestReader,
  seed: Buffer = who.signSeed,
) {
  const [newest] = await readTerms(context, programme);
  if (!newest) throw new Error('expected published terms');
  const { id: terms, sha256 } = newest;
  const { participant } = who.caller;
  const follows = await context.store.issuer((tx) => lastAgreement(tx, terms, participant));
  const claim = { terms, participant, sha256: Buffer.from(sha256, 'hex'), follows };
  return { terms, sha256, signature: signer(seed).sign(termsSigningBytes(claim)) };
}
