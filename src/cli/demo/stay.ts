import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { invite } from './act-programme.ts';
import type { Alert } from './alert.ts';
import type { Reader } from './readers.ts';
import type { Stage } from './stage.ts';

/**
 * Prepares what a curious person needs to go on by themselves, in files that only they can read:
 * the author's token, and the invitation of one more reader of the firm of `beside`.
 */
export async function inviteOn(
  stage: Stage,
  folder: string,
  alert: Alert,
  beside: Reader,
): Promise<void> {
  const { page, rehearsal, issuer } = stage;
  const file = (name: string) => join(folder, name);
  const invitation = await invite(stage, beside.participant, 'Another reader');
  await writeFile(file('author.token'), `${issuer.author.token}\n`, { mode: 0o600 });
  await writeFile(file('invitation'), `${invitation}\n`, { mode: 0o600 });
  const { url } = rehearsal;
  page.part(`Tocsin goes on serving at ${url}`, 'Ctrl-C ends it');
  page.line('After every act an hour passes, so that the ledger ticks.');
  const show = (who: string, ...lines: string[]) => {
    page.aside(who);
    for (const line of lines) page.row(`  ${line}`);
  };
  show('anybody', `curl -s ${url}/v1/public/alerts`);
  show(
    'the author',
    `curl -s -H "Authorization: Bearer $(cat ${file('author.token')})" \\`,
    `  ${url}/v1/alerts/${alert.id}/plan`,
  );
  show(
    `a reader of ${beside.firm.name}`,
    `${readerCommand()} \\`,
    `  --home ${file('reader')} \\`,
    `  join ${file('invitation')}`,
    'and then inbox, fetch, open, verify, ack in place of join',
  );
}

/** How to call the recipient's program: by its file in a checkout, by its name where installed. */
function readerCommand(): string {
  if (!import.meta.filename.endsWith('.ts')) return 'tocsin-reader';
  const node = relative(process.cwd(), process.execPath);
  const file = relative(process.cwd(), join(import.meta.dirname, '../tocsin-reader.ts'));
  return `${node.startsWith('..') ? 'node' : node} ${file}`;
}
