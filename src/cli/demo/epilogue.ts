import type { Page } from './page.ts';
import type { Report } from './report.ts';
import { grouped, spanOf } from './words.ts';

/** What Tocsin would and would not have answered in July 2025. */
export function closeStory(page: Page, report: Report): void {
  const { restricted, alerts } = report;
  const copies = alerts.reduce((sum, alert) => sum + alert.copies.served, 0);
  const [quiet, exploited] = alerts.map(({ earlyWarningHours }) => spanOf(earlyWarningHours));
  page.part('In July 2025 Tocsin would have answered');
  const yes = [
    `Who held which artifact, and since when: ${grouped(copies)} copies on record.`,
    'Which copy a marked text came from, with the chance of error.',
    `That ${restricted.participants} firms with a duty to report, or an unknown one, had ` +
      `${restricted.copiesBeforeT0 === 0 ? 'nothing' : `${restricted.copiesBeforeT0} copies`} ` +
      'before disclosure.',
    `How early the first were warned: ${quiet}; ${exploited} once it was exploited.`,
    'That nobody was served after a suspension, and that the log is whole.',
  ];
  for (const text of yes) page.point('+', text);
  page.part('and would not have answered');
  const no = [
    'Who wrote the exploit, who passed a text on, or why.',
    'Whether the finder, a contest, upstream or independent rediscovery was the source: the ' +
      'bugs had been shown at a contest in May, before any alert.',
  ];
  for (const text of no) page.point('-', text);
}
