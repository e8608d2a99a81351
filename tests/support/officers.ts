import { generateIdentity } from '../../src/crypto/age/keys.ts';
import type { AlertId } from '../../src/domain/ids.ts';
import { openHalf } from '../../src/participant/officer.ts';
import type { PersonCaller } from '../../src/programme/act.ts';
import { acceptCustody, proposeCustody } from '../../src/programme/trace/custody.ts';
import { readSealedKey } from '../../src/programme/trace/open-mark-key.ts';
import { type House, person } from './house.ts';

/** An officer: a person, and an age identity that Tocsin never sees. */
export type TestOfficer = {
  readonly caller: PersonCaller;
  readonly token: string;
  readonly identity: string;
  readonly recipient: string;
};

export async function officer(house: House, name: string): Promise<TestOfficer> {
  const { caller, token } = await person(house, name, ['investigator']);
  return { caller, token, ...generateIdentity() };
}

/** Two officers, to whom the programme's mark keys are sealed that many days after disclosure. */
export async function twoOfficers(
  house: House,
  afterDays: number,
): Promise<[TestOfficer, TestOfficer]> {
  const { context, programme, clock } = house;
  const [first, second] = [await officer(house, 'First'), await officer(house, 'Second')];
  const { recipient } = first;
  const asked = { recipient, afterDays };
  const { id } = await proposeCustody(context, first.caller, programme, asked, clock.now());
  await acceptCustody(context, second.caller, id, second.recipient, clock.now());
  return [first, second];
}

/** What an officer's identity opens of an alert's sealed key. */
export async function halfOf(house: House, { identity }: TestOfficer, alert: AlertId) {
  const key = await readSealedKey(house.context, alert);
  if (!key) throw new Error('expected a sealed key');
  return Buffer.from(openHalf(identity, alert, key.halves).half, 'hex');
}
