import type { Command } from 'commander';
import { invalid } from '../domain/errors.ts';
import { FIND_KINDS, SHIPPED } from '../domain/find.ts';
import { formatInstant, parseInstant } from '../domain/instant.ts';
import { clientAction, idAt } from './command.ts';
import type { World } from './world.ts';

type FindOptions = {
  readonly kind: string;
  readonly place: string;
  readonly at: string;
  readonly shipped: string;
  readonly member?: string;
};

/** `trace find` */
export function addFind(trace: Command, world: World): void {
  const command = trace
    .command('find')
    .description('record where and when a sample was found; nobody is named without it')
    .argument('<sighting>', 'id of the sighting')
    .requiredOption('--kind <kind>', FIND_KINDS.join(', '))
    .requiredOption('--place <text>', 'an address, a product and its version; kept encrypted')
    .requiredOption('--at <instant>', 'when it was found')
    .requiredOption('--shipped <answer>', `from a lawfully shipped product? ${SHIPPED.join(', ')}`)
    .option('--member <participant>', 'in whose product, for member_product');
  clientAction<FindOptions>(world, command, async (client, typed) => {
    const id = idAt(typed, 0, 'sighting');
    const { kind, place, at, shipped, member = null } = typed.options;
    const raw = await client.post(`/v1/sightings/${id}/find`, {
      kind: oneOf('--kind', FIND_KINDS, kind),
      place,
      foundAt: formatInstant(parseInstant(at, '--at')),
      shipped: oneOf('--shipped', SHIPPED, shipped),
      member,
    });
    return {
      json: raw,
      text: `Recorded where ${id} was found\n`,
      hint: `Next, by another person, if not done: tocsin trace approve ${id}`,
    };
  });
}

function oneOf<W extends string>(option: string, words: readonly W[], typed: string): W {
  const word = words.find((each) => each === typed);
  if (word !== undefined) return word;
  throw invalid(option, words.join(', '), typed);
}
