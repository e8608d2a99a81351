import {
  ADDENDA,
  DUTY_TRIGGERS,
  type LegalDuty,
  type Profile,
  ROLES,
} from '../../domain/enrolment.ts';
import type { Instant } from '../../domain/instant.ts';
import { durationWords } from '../duration-words.ts';
import { OTHER_PRODUCT } from '../vocabulary.ts';
import type { Words } from '../words.ts';
import { alertAxes, eventAxes, productWord } from './alert-axes.ts';
import {
  type Axis,
  type Choice,
  choices,
  members,
  membersOf,
  ranges,
  type Setting,
  set,
  whether,
} from './axis.ts';
import { type Circumstances, FOREVER, PAST } from './circumstances.ts';
import type { Read } from './reading.ts';

/**
 * Every axis that rules which read this look at, in the order in which a page has them. Duties come
 * before what is known of them, since one changes the other's facts.
 */
export function axesOf(read: Read, words: Words, shortLimitMs: number): Axis[] {
  return [
    ...membership(),
    ...dutyAxes(read),
    ...Object.keys(words.criteria).map((name) => criterion(name, words.criteria[name] ?? name)),
    ...profileAxes(read, words, shortLimitMs),
    ...involvementAxes(),
    ...alertAxes(read, words),
    ...eventAxes(),
    ...surroundings(),
  ].filter(({ paths }) => paths.some((path) => read.paths.has(path)));
}

function enrolled(change: Partial<Circumstances['enrolment']>): Setting['apply'] {
  return (before) => ({ ...before, enrolment: { ...before.enrolment, ...change } });
}

function membership(): Axis[] {
  const standing = (name: Circumstances['enrolment']['standing']): Choice => [
    name,
    enrolled({ standing: name }),
  ];
  const agreement = (words: string, signedAt: Instant, expiresAt: Instant): Choice => [
    words,
    enrolled({ agreement: { signedAt, expiresAt } }),
  ];
  return [
    choices(
      'Standing',
      ['principal.standing'],
      [
        ...(['active', 'applicant', 'restricted', 'suspended', 'removed', 'withdrawn'] as const),
      ].map(standing),
      'its standing is ',
    ),
    choices(
      'Agreement',
      ['principal.agreement.signedAt', 'principal.agreement.expiresAt'],
      [
        agreement('in force', PAST, FOREVER),
        ['never signed', enrolled({ agreement: null })],
        agreement('not yet in force', FOREVER, FOREVER),
        agreement('no longer in force', PAST, PAST),
      ],
      'its agreement is ',
    ),
    choices(
      'Consent to the embargo',
      ['principal.consentMode'],
      [
        ['its agreement consents to every embargo', enrolled({ consentMode: 'standing' })],
        ['each embargo needs its own consent', enrolled({ consentMode: 'per_alert' })],
      ],
    ),
    choices(
      'Consent to the embargo',
      ['principal.consent'],
      [
        ['given', set({ consent: 'signatory' })],
        ['not asked for', set({ consent: 'no_embargo' })],
        ['asked for without an answer yet', set({ consent: 'invited' })],
        ['declined', set({ consent: 'declined' })],
        ['lapsed', set({ consent: 'lapsed' })],
      ],
      'its consent to this embargo is ',
    ),
  ];
}

const DUTIES = 'Legal duties to report';

/** What triggers a duty, as the object of a sentence. */
const TRIGGER_WORDS: Readonly<Record<LegalDuty['trigger'], string>> = {
  any_known: 'any vulnerability it knows of',
  actively_exploited: 'vulnerabilities that are exploited',
  incident: 'incidents',
};

const RECIPIENTS = [
  ['government', 'principal.duty.toGovernment', 'a government'],
  ['csirt', 'principal.duty.toCsirt', 'a CSIRT'],
  ['regulator', 'principal.duty.toRegulator', 'a regulator'],
] as const;

function dutyAxes({ named, cutsOf }: Read): Axis[] {
  const triggers = membersOf(named, 'Trigger', DUTY_TRIGGERS);
  const eachDuty =
    (change: Partial<LegalDuty>): Setting['apply'] =>
    (before) => ({ ...before, duties: before.duties.map((duty) => ({ ...duty, ...change })) });
  const facts =
    (change: Partial<Circumstances['dutyFacts']>): Setting['apply'] =>
    (before) => ({ ...before, dutyFacts: { ...before.dutyFacts, ...change } });
  const wording = { yes: 'it must report', no: 'it need not report', none: null };
  return [
    ...RECIPIENTS.flatMap(([recipient, path, whom]) => {
      const list = triggers.map(({ value, known }): Choice => {
        const duty = { law: '', trigger: value, scope: 'any', recipient, clockMs: null } as const;
        const add: Setting['apply'] = (before) => ({ ...before, duties: [...before.duties, duty] });
        return [`${known ? TRIGGER_WORDS[value] : 'anything else'} to ${whom}`, add];
      });
      return members(DUTIES, path, wording, list, { ordinarily: false, yields: false });
    }),
    choices(
      DUTIES,
      ['principal.duty.scopes'],
      [
        ['its duties cover any product', eachDuty({ scope: 'any' })],
        ['its duties cover its own products alone', eachDuty({ scope: 'own_product' })],
      ],
    ),
    ranges(
      DUTIES,
      ['principal.duty.shortestClock'],
      {
        cuts: cutsOf('principal.duty.shortestClock'),
        most: Number.MAX_SAFE_INTEGER,
        subject: 'the shortest time it has to report is ',
        show: durationWords,
        none: 'named by no law',
      },
      (clockMs, before) => eachDuty({ clockMs })(before),
    ),
    choices(
      DUTIES,
      ['principal.duty.provenance'],
      [
        ['it attests its duties itself', facts({ provenance: 'attested' })],
        ['the issuer has assessed its duties', facts({ provenance: 'assessed' })],
        ['it disputes what is recorded of its duties', facts({ provenance: 'disputed' })],
        ['nobody vouches for what is recorded of its duties', facts({ provenance: 'none' })],
      ],
    ),
    choices(
      DUTIES,
      ['principal.duty.status', 'principal.duty.expiresAt'],
      [
        ['what is known of its duties is current', facts({})],
        ['nothing is known of its duties', facts({ known: false })],
        ['what is known of its duties is out of date', facts({ current: false })],
      ],
    ),
  ];
}

function criterion(name: string, words: string): Axis {
  const shown: Setting['apply'] = profiled(({ criteria }) => ({
    criteria: { ...criteria, [name]: FOREVER },
  }));
  return whether(
    'Criteria of the programme',
    `principal.criteria.${name}`,
    [`it is shown that ${words}`, `it is not shown, or no longer, that ${words}`],
    shown,
    true,
  );
}

function profiled(change: (profile: Profile) => Partial<Profile>): Setting['apply'] {
  return (before) => ({ ...before, profile: { ...before.profile, ...change(before.profile) } });
}

const ROLE_WORDS: Readonly<Record<(typeof ROLES)[number], string>> = {
  vendor: 'a vendor',
  distributor: 'a distributor',
  security_provider: 'a provider of security',
  end_user: 'an end user',
  cert: 'a CERT',
  coordinator: 'a coordinator',
  aggregator: 'an aggregator',
  upstream: 'an upstream project',
};

const ADDENDUM_WORDS: Readonly<Record<(typeof ADDENDA)[number], string>> = {
  aggregator: 'for aggregators',
  external_ai: 'on external AI',
};

function profileAxes({ named }: Read, words: Words, shortLimitMs: number): Axis[] {
  const products = [...Object.keys(words.products), OTHER_PRODUCT];
  return [
    ...members(
      'What it is',
      'principal.roles',
      { yes: 'it is', no: 'it is not', none: 'it has not said what it is' },
      membersOf(named, 'Role', ROLES).map(({ value, known }) => [
        known ? ROLE_WORDS[value] : 'something else',
        profiled(({ roles }) => ({ roles: [...roles, value] })),
      ]),
      { ordinarily: false, yields: true },
    ),
    ...members(
      'Its products',
      'principal.products',
      {
        yes: 'it ships or protects',
        no: 'it does not ship or protect',
        none: 'it has not said what it ships or protects',
      },
      membersOf(named, 'Product', products).map(({ value, known }) => [
        productWord(words, value, known),
        profiled((profile) => ({ products: [...profile.products, value] })),
      ]),
      { ordinarily: true, yields: false },
    ),
    ...members(
      'Addenda',
      'principal.addenda',
      { yes: 'it has signed', no: 'it has not signed', none: null },
      membersOf(named, 'Addendum', ADDENDA).map(({ value, known }) => [
        known ? `the addendum ${ADDENDUM_WORDS[value]}` : 'another addendum',
        profiled(({ addenda }) => ({ addenda: [...addenda, value] })),
      ]),
      { ordinarily: true, yields: false },
    ),
    choices(
      'Its own policy',
      ['principal.embargoOpensAt'],
      [
        ['its own policy keeps any embargo', profiled(() => ({ maxEmbargoMs: null }))],
        [
          'its own policy keeps shorter embargoes only',
          profiled(() => ({ maxEmbargoMs: shortLimitMs })),
        ],
      ],
    ),
  ];
}

function involvementAxes(): Axis[] {
  return [
    choices(
      'What it is to the alert',
      ['principal.involvement'],
      [
        ['it has no part in the alert', set({ involvement: 'none' })],
        ['it reported the vulnerability', set({ involvement: 'reporter' })],
        ['its product is upstream of the vulnerable one', set({ involvement: 'upstream' })],
        ['whoever coordinates the alert works for it', set({ involvement: 'conflicted' })],
      ],
    ),
    choices(
      'Confidence in it',
      ['principal.doubt'],
      [
        ['its confidentiality is not in doubt', set({ doubted: false })],
        ['its confidentiality is in doubt', set({ doubted: true })],
      ],
    ),
  ];
}

function surroundings(): Axis[] {
  return [
    choices(
      'Channel',
      ['context.assurance'],
      [
        ["the channel seals to the reader's own key", set({ assurance: 'sealed' })],
        ["the channel does not seal to the reader's own key", set({ assurance: 'transport' })],
      ],
    ),
    choices(
      'Platform',
      ['context.platform'],
      [
        ['what Tocsin runs on is sound', set({ platform: 'sound' })],
        ['what Tocsin runs on may be compromised', set({ platform: 'compromised' })],
      ],
    ),
  ];
}
