import type { InboxAlert } from '../../participant/inbox.ts';
import { plain } from '../../participant/plain.ts';
import { showObligations } from './show-obligations.ts';

/** The inbox as text for people. Whatever came from outside goes through `plain`. */

type Artifact = InboxAlert['artifacts'][number];
type UsePeriod = NonNullable<Artifact['use']>[number];

export function showInbox(alerts: readonly InboxAlert[]): string {
  if (alerts.length === 0) return 'nothing is open to you now';
  return alerts.map(showAlert).join('\n\n');
}

function showAlert(alert: InboxAlert): string {
  const { id, title, drill, tlp, disclosureAt, artifacts } = alert;
  const uses = artifacts.map(({ use }) => (use === null ? alertUse(alert) : useLines(use)));
  // Said once where it is the same for all, as it mostly is.
  const [common = []] = uses;
  const same = uses.every((lines) => lines.join() === common.join());
  return [
    `${id}  ${drill ? 'DRILL: ' : ''}${plain(title)}`,
    `  TLP:${tlp}, public ${disclosureAt}`,
    ...(same ? indented(2, common) : []),
    ...indented(2, saidLines(alert)),
    ...indented(2, showObligations(alert.obligations)),
    ...artifacts.flatMap((artifact, n) => [
      showArtifact(artifact),
      ...(same ? [] : indented(4, uses[n] ?? [])),
    ]),
  ].join('\n');
}

function showArtifact({ id, kind, name, variant, version, revises }: Artifact): string {
  const reduced = variant === 'reduced' ? ' (reduced)' : '';
  const revised = revises === null ? '' : ` (version ${version}, in place of ${revises})`;
  return `  ${id}  ${kind.padEnd(18)} ${plain(name)}${reduced}${revised}`;
}

/** The alert's own list, where the pack sets no times. */
function alertUse({ usePermissions }: InboxAlert): string[] {
  return [`you may: ${usePermissions.join(', ')}`];
}

/** What may be done now, and from when the rest. */
function useLines(periods: readonly UsePeriod[]): string[] {
  const begun = periods.filter(({ inForce }) => inForce);
  const later = periods.filter(({ inForce }) => !inForce);
  const starts = [...new Set(later.map(({ from }) => from))].sort();
  return [
    `you may: ${begun.map(showPeriod).join(', ') || 'nothing yet'}`,
    ...starts.map((start) => {
      const starting = later.filter(({ from }) => from === start);
      return `from ${start}: ${starting.map(showPeriod).join(', ')}`;
    }),
  ];
}

function showPeriod({ permission, audience, until }: UsePeriod): string {
  const to = audience === 'self' ? '' : ` (${audience})`;
  return `${permission}${to}${until === null ? '' : ` until ${until}`}`;
}

function saidLines({ use }: InboxAlert): string[] {
  if (use === null) return [];
  const { terms, safeToSay } = use;
  return [
    ...showTerms(terms),
    `you may say: ${plain(safeToSay ?? 'nothing, not even that there is an alert', 1000)}`,
  ];
}

/** Terms of use, one a line. */
export function showTerms(terms: readonly { readonly text: string }[]): string[] {
  return terms.map(({ text }) => `on these terms: ${plain(text, 1000)}`);
}

function indented(spaces: number, lines: readonly string[]): string[] {
  return lines.map((line) => ' '.repeat(spaces) + line);
}
