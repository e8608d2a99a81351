import { plain } from '../participant/plain.ts';
import type { AlertAnswer } from './alert-answers.ts';
import { facts, section, table } from './output.ts';

/** An alert as it stands. */
export function alertText(alert: AlertAnswer): string {
  const { approval } = alert;
  const head: [string, string | number][] = [
    ['alert', alert.id],
    ['state', alert.state],
    ['disclosure', alert.disclosureAt],
    ['TLP', alert.tlp],
    ['use', alert.usePermissions.join(', ') || 'none beyond reading'],
    ['approval', approval === null ? 'none' : `${approval.at}, plan ${approval.plan}`],
    ['changes', `${alert.changes.noticed} told, ${alert.changes.acknowledged} acknowledged`],
    ['copies', `${alert.copies} handed out, to ${alert.readersServed} readers`],
  ];
  const artifacts = alert.artifacts.map(({ id, name, kind, variant, marking, slots }) => [
    name,
    kind,
    variant,
    marking,
    slots,
    id,
  ]);
  const waves = alert.waves.map(({ at, state, counts }) => [
    at,
    state,
    counts.granted,
    counts.allowed,
    counts.reduced,
    counts.held,
    counts.denied,
  ]);
  return (
    `${alert.mode === 'live' ? '' : `${alert.mode.toUpperCase()}: `}${plain(alert.title, 300)}\n` +
    facts(head) +
    section(
      'Artifacts',
      table(['name', 'kind', 'variant', 'marking', 'slots', 'artifact'], artifacts),
    ) +
    (alert.proposals.length === 0 ? '' : section('Proposals', proposals(alert))) +
    (alert.refusals.length === 0 ? '' : section('Refused', refusals(alert))) +
    section(
      'Waves',
      table(['at', 'state', 'participants', 'in full', 'reduced', 'held', 'nothing'], waves),
    )
  );
}

function proposals({ proposals }: AlertAnswer): string {
  return table(
    ['proposal', 'kind', 'T0', 'in force unless refused'],
    proposals.map(({ id, kind, to, dueAt }) => [id, kind, to, dueAt ?? '']),
  );
}

function refusals({ refusals }: AlertAnswer): string {
  return table(
    ['proposal', 'by', 'at', 'why'],
    refusals.map(({ proposal, by, at, why }) => [proposal, by, at, plain(why, 500)]),
  );
}
