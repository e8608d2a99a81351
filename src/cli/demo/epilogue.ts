import { dayOf, grouped, type Page } from './page.ts';
import type { Report } from './report.ts';

/** What Tocsin would and would not have answered in July 2025. */
export function closeStory(page: Page, report: Report): void {
  const { restricted, copies } = report;
  const yes = [
    `who held which artifact since when: ${grouped(copies.served)} copies, each in the ledger`,
    'which copy a marked text came from, with the chance of error',
    `that ${restricted.participants} firms with the duty had nothing before disclosure ` +
      `(${restricted.copiesBeforeT0} copies)`,
    'that nobody was served after a suspension, and that the log is whole',
  ];
  const no = [
    'who wrote the exploit, or passed a text on, or why',
    'whether the finder, a contest, upstream or a rediscovery was the source:',
    'the bugs had been shown in May, to people outside any programme',
  ];
  page.part('In July 2025 Tocsin', dayOf(Date.parse(report.alert.disclosureAt)));
  page.line('would have answered');
  for (const text of yes) page.line(`  + ${text}`);
  page.line('would not have answered');
  for (const [index, text] of no.entries()) page.line(`  ${index === 2 ? ' ' : '-'} ${text}`);
}
