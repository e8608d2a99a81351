import { type Instant, MINUTE_MS, plus } from '../../domain/instant.ts';
import { type Seeded, shuffled } from '../../domain/seeded.ts';
import type { Rehearsal } from '../../main/rehearsal.ts';
import type { FetchLike } from '../../participant/session.ts';
import { type Client, openClient } from '../client.ts';
import type { Invented } from './invented.ts';
import type { Page } from './page.ts';
import type { Desks } from './readers.ts';

/** What every part of the story plays on. */
export type Stage = {
  readonly rehearsal: Rehearsal;
  readonly page: Page;
  readonly random: Seeded;
  readonly desks: Desks;
  readonly invented: Invented;
  readonly issuer: Issuer;
};

/** A person of the issuer: the API with that person's token. */
export type Person = { readonly name: string; readonly token: string; readonly api: Client };

export type Issuer = {
  /** Drafts the alert. May approve alerts too, but not their own. */
  readonly author: Person;
  /** The second person. */
  readonly approver: Person;
  /** Admits firms, and looks into finds. */
  readonly operator: Person;
};

/** Three people of the issuer, each with a token for what they do. */
export async function appoint(
  rehearsal: Rehearsal,
  { given, family }: Invented,
  random: Seeded,
  fetch: FetchLike,
): Promise<Issuer> {
  const names = shuffled(given, random);
  const person = async (index: number, scopes: Parameters<Rehearsal['person']>[1]) => {
    const name = `${names[index]} ${family[random.below(family.length)]}`;
    const token = await rehearsal.person(name, scopes);
    return { name, token, api: openClient(fetch, rehearsal.url, token) };
  };
  return {
    author: await person(0, ['author', 'approver']),
    approver: await person(1, ['approver']),
    operator: await person(2, ['manager', 'operator', 'investigator']),
  };
}

/** Lets time pass on the virtual clock, and says so while it does. */
export async function pass({ rehearsal, page }: Stage, to: Instant): Promise<number> {
  page.doing('time passes');
  return rehearsal.advance(to);
}

/** Lets a minute pass, in which the worker releases what is due. */
export async function release(stage: Stage): Promise<void> {
  await pass(stage, plus(stage.rehearsal.now(), MINUTE_MS));
}
