import type { Command } from 'commander';
import { parseConfig } from '../config/config.ts';
import { TocsinError } from '../domain/errors.ts';
import { ask, wholeNumber } from './admin.ts';
import { action } from './command.ts';
import type { Result } from './output.ts';
import { list, object, text } from './shape.ts';
import type { World } from './world.ts';

type Options = {
  readonly name?: string;
  readonly pack?: string;
  readonly readerCap?: string;
  readonly first?: string;
  readonly second?: string;
};

const created = object({ programme: text });
const added = object({ person: text, token: text });
const known = object({ items: list(object({ scopes: list(text) })) });
const linked = object({ link: text });

/** Between them they can do all that takes two persons, and neither alone any of it. */
const FIRST = ['author', 'manager', 'investigator', 'operator'];
const SECOND = ['approver', 'manager', 'investigator', 'operator'];

/** `tocsin init` */
export function addInitCommand(program: Command, world: World): void {
  const command = program
    .command('init')
    .description('first run: a programme, and two persons who can run it; asks what is not given')
    .option('--name <name>', 'of the programme')
    .option('--pack <pack>', 'policy pack: one that came with Tocsin, or a folder')
    .option('--reader-cap <number>', 'most readers ever: every trace pays for that many')
    .option('--first <name>', 'who drafts alerts, traces, and admits participants')
    .option('--second <name>', 'who approves them, and may do the rest too');
  action<Options>(world, command, async ({ options }): Promise<Result> => {
    const { origin, dataDir } = parseConfig(world.env, world.cwd);
    requireOwnOrigin(origin);
    const { packAt } = await import('../main/pack-folder.ts');
    const name = await given(world, '--name', options.name, 'Name of the programme: ');
    const chosen = await given(world, '--pack', options.pack, 'Policy pack (mapp): ', 'mapp');
    // Before anything is made: what is no pack, or no number, leaves nothing behind.
    const policy = await packAt(chosen, world.cwd);
    const cap = await given(world, '--reader-cap', options.readerCap, 'Most readers ever: ');
    const readerCap = wholeNumber(cap, '--reader-cap');
    const first = await given(world, '--first', options.first, 'First person: ');
    const second = await given(world, '--second', options.second, 'Second person: ');
    requireNobody(known(await ask(world, { verb: 'listPersons' }), 'persons').items);
    const raw = await ask(world, { verb: 'createProgramme', name, readerCap, ...policy });
    const { programme } = created(raw, 'programme');
    const people = [await appoint(world, first, FIRST), await appoint(world, second, SECOND)];
    return {
      json: { programme, origin, people },
      text: [
        `Programme ${programme}, ledger ${origin}, data in ${dataDir}`,
        ...people.map(
          (person) =>
            `\n${person.name}: ${person.scopes.join(', ')}\n` +
            `  token, for commands  ${person.token}\n` +
            `  link, for a browser  ${person.link}`,
        ),
        '',
      ].join('\n'),
      hint:
        'Tokens and links are shown this once; hand each to its person. The zone and holidays of ' +
        'waves are the pack’s. Next: tocsin serve, then tocsin doctor.',
    };
  });
}

async function appoint(world: World, name: string, scopes: readonly string[]) {
  const { person, token } = added(await ask(world, { verb: 'addPerson', name, scopes }), 'person');
  const raw = await ask(world, { verb: 'addLink', holder: 'person', id: person });
  return { name, scopes, person, token, link: linked(raw, 'link').link };
}

/** Whoever is there grants roles to others, two by two. */
function requireNobody(persons: readonly { readonly scopes: readonly string[] }[]): void {
  if (persons.every(({ scopes }) => scopes.length === 0)) return;
  const expected =
    'persons: expected none yet, found some: tocsin person propose NAME --roles WORDS';
  throw new TocsinError('CONFLICT', expected);
}

/** Readers pin the ledger's name when they join: it is to be right before the first does. */
function requireOwnOrigin(origin: string): void {
  if (!origin.startsWith('tocsin.invalid')) return;
  throw new TocsinError(
    'CONFIG_INVALID',
    'TOCSIN_ORIGIN: expected a name of your own for the ledger, such as warnings.example/ledger, ' +
      'found none: set it for tocsin init and tocsin serve alike',
    { field: 'TOCSIN_ORIGIN' },
  );
}

/** An option, or else the answer of whoever sits there. */
async function given(
  { question }: World,
  option: string,
  value: string | undefined,
  prompt: string,
  otherwise = '',
): Promise<string> {
  if (value !== undefined) return value;
  const answer = question === null ? '' : (await question(prompt)).trim();
  if (answer !== '' || (question !== null && otherwise !== '')) return answer || otherwise;
  throw new TocsinError('INVALID_INPUT', `${option}: expected it, found none`, { field: option });
}
