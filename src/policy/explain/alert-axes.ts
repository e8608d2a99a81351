import { type AlertEvents, IMPACTS, type VulnerabilityFacts } from '../../domain/vulnerability.ts';
import { OTHER_PRODUCT } from '../vocabulary.ts';
import type { Words } from '../words.ts';
import {
  type Axis,
  type Choice,
  choices,
  members,
  membersOf,
  ranges,
  type Setting,
  whether,
} from './axis.ts';
import { PAST } from './circumstances.ts';
import type { Read } from './reading.ts';

const IMPACT_WORDS: Readonly<Record<(typeof IMPACTS)[number], string>> = {
  code_execution: 'code to be executed',
  privilege_escalation: 'privileges to be raised',
  information_disclosure: 'information to be disclosed',
  denial_of_service: 'service to be denied',
  other: 'other harm',
};

/** The word for a product of the pack, or for all that the pack has no word for. */
export function productWord({ products }: Words, value: string, known: boolean): string {
  return known ? (products[value] ?? 'something else') : 'something else';
}

function vulnerable(
  change: (facts: VulnerabilityFacts) => Partial<VulnerabilityFacts>,
): Setting['apply'] {
  return (before) => {
    const { vulnerability } = before;
    return { ...before, vulnerability: { ...vulnerability, ...change(vulnerability) } };
  };
}

/** The axes of an alert's vulnerability. */
export function alertAxes({ named, cutsOf }: Read, words: Words): Axis[] {
  const alert = (change: Partial<VulnerabilityFacts>) => vulnerable(() => change);
  const severity = (name: VulnerabilityFacts['severity'], text: string): Choice => [
    text,
    alert({ severity: name }),
  ];
  const vector = (name: VulnerabilityFacts['vector'], text: string): Choice => [
    text,
    alert({ vector: name }),
  ];
  const products = [...Object.keys(words.products), OTHER_PRODUCT];
  return [
    choices(
      'Severity',
      ['context.alert.severity'],
      [
        severity('critical', 'critical'),
        severity('high', 'high'),
        severity('moderate', 'moderate'),
        severity('low', 'low'),
        severity('unknown', 'not rated yet'),
      ],
      "the vulnerability's severity is ",
      true,
    ),
    choices(
      'How it is attacked',
      ['context.alert.vector'],
      [
        vector('network', 'over a network'),
        vector('adjacent', 'from an adjacent network'),
        vector('local', 'locally'),
        vector('physical', 'physically'),
        vector('unknown', 'in a way nobody has assessed'),
      ],
      'the vulnerability is attacked ',
      true,
    ),
    ...members(
      'What an attacker gains',
      'context.alert.impacts',
      { yes: 'it allows', no: 'it does not allow', none: 'nobody has assessed its impact' },
      membersOf(named, 'Impact', IMPACTS).map(({ value, known }) => [
        known ? IMPACT_WORDS[value] : 'anything else',
        vulnerable(({ impacts }) => ({ impacts: [...impacts, value] })),
      ]),
      { ordinarily: true, yields: true },
    ),
    ranges(
      'Score',
      ['context.alert.score'],
      {
        cuts: cutsOf('context.alert.score'),
        most: 100,
        subject: 'the score is ',
        show: (tenths) => (tenths / 10).toFixed(1),
        none: 'not known yet',
      },
      (tenths, before) => alert({ score: tenths === null ? null : tenths / 10 })(before),
    ),
    ...members(
      'What the alert affects',
      'context.alert.products',
      {
        yes: 'the alert affects',
        no: 'the alert does not affect',
        none: 'nobody has said what the alert affects',
      },
      membersOf(named, 'Product', products).map(({ value, known }) => [
        productWord(words, value, known),
        vulnerable((facts) => ({ products: [...facts.products, value] })),
      ]),
      { ordinarily: true, yields: true },
    ),
    choices(
      'How the vulnerability was found',
      ['context.alert.discovery'],
      [
        ['by a person', alert({ discovery: 'human' })],
        ['by a machine', alert({ discovery: 'ai' })],
        ['in a way nobody has said', alert({ discovery: 'unknown' })],
      ],
      'the vulnerability was found ',
      true,
    ),
  ];
}

/** The axes of what has happened to an alert. */
export function eventAxes(): Axis[] {
  const event = (
    heading: string,
    name: keyof AlertEvents,
    says: readonly [string, string],
    ordinarily = false,
  ): Axis => {
    const happened = vulnerable(({ events }) => ({ events: { ...events, [name]: PAST } }));
    return whether(heading, `context.events.${name}`, says, happened, ordinarily);
  };
  return [
    event('Exploitation', 'exploitedAt', [
      'the vulnerability is exploited',
      'no exploitation is known',
    ]),
    event('Publicity', 'publicAt', ['details are public', 'no details are public']),
    event('Third parties', 'thirdPartyAt', [
      'a third party has published',
      'no third party has published',
    ]),
    event('Fix', 'fixReadyAt', ['a fix is ready', 'no fix is ready'], true),
  ];
}
