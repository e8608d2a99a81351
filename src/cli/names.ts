import { TocsinError } from '../domain/errors.ts';
import { plain } from '../participant/plain.ts';
import type { Client } from './client.ts';
import { type ParticipantAnswer, participantAnswer, participantsPage } from './participant-text.ts';
import { allPages } from './programme.ts';

const ID_START = 8;

/** Names by id, of participants and readers; what has none stands for itself. */
export class Names {
  readonly #names = new Map<string, string>();

  add(id: string, name: string): void {
    this.#names.set(id, plain(name));
  }

  addParticipant({ participant, name, readers, removed }: ParticipantAnswer): void {
    this.add(participant, name);
    for (const { id, label } of [...readers, ...removed]) this.add(id, label);
  }

  of(id: string): string {
    return this.#names.get(id) ?? plain(id);
  }

  /**
   * A person or organisation where a mistaken name would harm somebody. Two readers may have one
   * label, and a label is what its firm says: it is quoted, and the start of the id, which nobody
   * chooses, stands behind it.
   */
  who(id: string): string {
    const name = this.#names.get(id);
    if (name === undefined) return plain(id);
    return `“${name.replace(/[“”]/gu, "'")}” (${plain(id, ID_START)})`;
  }
}

/** Everybody of a programme, for a list of many. */
export async function namesOfAll(client: Client, programme: string): Promise<Names> {
  const names = new Names();
  const path = `/v1/programmes/${programme}/participants`;
  const { items } = await allPages(client, path, participantsPage);
  for (const participant of items) names.addParticipant(participant);
  return names;
}

/** Adds one participant, unless it is no longer of the programme. */
export async function addName(
  client: Client,
  names: Names,
  programme: string,
  id: string,
): Promise<void> {
  try {
    const answer = await client.get(`/v1/programmes/${programme}/participants/${id}`);
    names.addParticipant(participantAnswer(answer, 'participant'));
  } catch (error) {
    if (!(error instanceof TocsinError) || error.code !== 'NOT_FOUND') throw error;
  }
}
