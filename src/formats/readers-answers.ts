/** What the server answers about the readers of the own participant, parsed once. */
import { JsonNode } from './json-node.ts';
import { dateTime, id } from './reader-answers.ts';

/** A reader of the own participant; `joinedAt` is RFC 3339, null of one that is invited. */
export type OwnReader = {
  readonly reader: string;
  readonly label: string;
  readonly role: string;
  readonly joinedAt: string | null;
};

/** All of them; `reader` is the one who asked. */
export type OwnReaders = {
  readonly reader: string;
  readonly readers: readonly OwnReader[];
};

/** Far more than a participant may have. */
const MOST = 1_000;

export function parseOwnReaders(answer: unknown): OwnReaders {
  const page = new JsonNode(answer, 'readers').object();
  const readers = page.get('readers').list(0, MOST);
  return {
    reader: id(page.get('reader')),
    readers: readers.map(ownReader),
  };
}

function ownReader(node: JsonNode): OwnReader {
  const row = node.object();
  return {
    reader: id(row.get('reader')),
    label: row.get('label').text(100),
    role: row.get('role').matching(ROLE, 'a role'),
    joinedAt: row.get('joinedAt').orNull(dateTime),
  };
}

export function parseRoleSet(answer: unknown): { readonly role: string } {
  return { role: new JsonNode(answer, 'role').object().get('role').matching(ROLE, 'a role') };
}

export function parseOwnLink(answer: unknown): { readonly link: string } {
  return { link: new JsonNode(answer, 'link').object().get('link').text(500) };
}

/** A word, also of a younger server. */
const ROLE = /^[a-z_]{1,40}$/;
