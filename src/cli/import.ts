import { resolve } from 'node:path';
import type { Command } from 'commander';
import { clientAction } from './command.ts';
import { readLocalFile } from './local-file.ts';
import { facts, section, table } from './output.ts';
import { list, nullable, object, real, type Told, text } from './shape.ts';
import type { World } from './world.ts';

const imported = object({
  format: text,
  id: text,
  title: nullable(text),
  publisher: nullable(text),
  tlp: nullable(text),
  publishedAt: nullable(text),
  updatedAt: nullable(text),
  vulnerabilities: list(
    object({
      cve: nullable(text),
      title: nullable(text),
      weaknesses: list(object({ id: text })),
      scores: list(object({ version: text, vector: text, baseScore: real })),
      products: list(object({ name: text, status: text })),
      publicAt: nullable(text),
    }),
  ),
  warnings: list(object({ test: text, field: text, message: text })),
});

export function addImportCommand(program: Command, world: World): void {
  const command = program
    .command('import')
    .description('read a CSAF 2.0 or CVE JSON 5 document: its facts and warnings; keeps nothing')
    .argument('<file>', 'the document');
  clientAction(world, command, async (client, { args: [file = ''] }) => {
    const document = await readLocalFile(resolve(world.cwd, file));
    const raw = await client.postBytes('/v1/imports', document);
    return { json: raw, text: importedText(imported(raw, 'document')) };
  });
}

export function importedText(document: Told<typeof imported>): string {
  const { format, id, title, publisher, tlp, publishedAt, updatedAt } = document;
  const head = facts([
    ['document', `${id} (${format})`],
    ['title', title ?? 'none'],
    ['publisher', publisher ?? 'not named'],
    ['TLP', tlp ?? 'not stated'],
    ['published', publishedAt ?? 'not stated'],
    ['updated', updatedAt ?? 'not stated'],
  ]);
  const vulnerabilities = document.vulnerabilities.map((found) => [
    found.cve ?? 'no CVE',
    found.scores.map(({ version, baseScore }) => `${baseScore} (${version})`).join(', '),
    found.weaknesses.map((weakness) => weakness.id).join(', '),
    affected(found.products),
    found.publicAt ?? '',
    found.title ?? '',
  ]);
  const warnings = document.warnings.map(({ test, field, message }) => [test, field, message]);
  return (
    head +
    section(
      'Vulnerabilities',
      table(['CVE', 'scores', 'weaknesses', 'affected', 'public', 'title'], vulnerabilities),
    ) +
    section('Warnings', table(['test', 'where', 'what'], warnings))
  );
}

function affected(products: readonly { readonly status: string }[]): string {
  const count = products.filter(({ status }) => status === 'affected').length;
  return `${count} of ${products.length} products`;
}
