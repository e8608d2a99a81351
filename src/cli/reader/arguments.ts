import { parseArgs } from 'node:util';
import { FEEDBACK_WORDS } from '../../domain/feedback.ts';
import type { KeyChoice } from '../../participant/join.ts';
import type { KeyReport } from '../../participant/rotate.ts';
import { obligationOf } from './report.ts';

/** A command line as understood. */
export type Command =
  | { readonly verb: 'help' }
  | { readonly verb: 'version' }
  | ({
      readonly verb: 'join';
      readonly invitation: string;
      readonly key: KeyChoice;
      readonly code: string | null;
    } & Common)
  | ({
      readonly verb:
        | 'inbox'
        | 'invitations'
        | 'notices'
        | 'standing'
        | 'terms'
        | 'log'
        | 'keys'
        | 'passkey'
        | 'readers';
    } & Common)
  | ({ readonly verb: 'rotate'; readonly key: KeyChoice } & Common)
  | ({ readonly verb: 'report-key'; readonly reader: string; readonly what: KeyReport } & Common)
  | ({
      readonly verb: 'invite';
      readonly label: string;
      readonly role: 'reader' | 'machine';
    } & Common)
  | ({ readonly verb: 'remove'; readonly reader: string } & Common)
  | ({
      readonly verb: 'role';
      readonly reader: string;
      readonly role: 'administrator' | 'reader';
    } & Common)
  | ({ readonly verb: 'sign'; readonly hash: string } & Common)
  | ({ readonly verb: 'facts'; readonly file: string | null } & Common)
  | ({ readonly verb: 'vouch'; readonly application: string; readonly name: string } & Common)
  | ({
      readonly verb: 'appeal' | 'statement';
      readonly step: string;
      readonly text: string;
    } & Common)
  | ({
      readonly verb: 'leak';
      readonly alert: string;
      readonly noticed: string;
      readonly text: string;
    } & Common)
  | ({
      readonly verb: 'feedback';
      readonly alert: string;
      readonly artifact: string;
      readonly says: string;
      readonly rule: string | null;
      readonly text: string | null;
    } & Common)
  | ({ readonly verb: 'messages'; readonly alert: string } & Common)
  | ({
      readonly verb: 'write';
      readonly alert: string;
      readonly audience: 'issuer' | 'members';
      readonly product: string | null;
      readonly text: string;
    } & Common)
  | ({ readonly verb: 'ack-notice'; readonly notice: string } & Common)
  | ({
      readonly verb: 'answer';
      readonly invitation: string;
      readonly answer: 'accept' | 'decline';
    } & Common)
  | ({
      readonly verb: 'report';
      readonly alert: string;
      readonly obligation: string;
      readonly says: string;
      readonly product: string | null;
    } & Common)
  | ({
      readonly verb: 'fetch';
      readonly alert: string;
      readonly artifacts: readonly string[];
      readonly out: string;
    } & Common)
  | ({
      readonly verb: 'open';
      readonly files: readonly string[];
      readonly out: string | null;
      readonly canonical: boolean;
    } & Common)
  | ({ readonly verb: 'verify' | 'ack'; readonly files: readonly string[] } & Common);

type Common = { readonly home: string | null; readonly json: boolean };

/** A command line that is none; the message says what was expected. */
export class UsageError extends Error {}

/** @throws UsageError */
export function parseCommand(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  const [verb, ...rest] = positionals;
  if (values.help === true || verb === 'help') return { verb: 'help' };
  if (values.version === true) return { verb: 'version' };
  const common = { home: values.home ?? null, json: values.json === true };
  const out = values.out ?? null;
  requireBelonging(values, verb);
  const key = keyChoice(values);
  if (values.notice !== undefined) {
    if (verb !== 'ack' || rest.length > 0) throw new UsageError('expected ack --notice ID');
    return { verb: 'ack-notice', notice: values.notice, ...common };
  }
  switch (verb) {
    case 'join':
      return {
        verb,
        invitation: atMostOne(rest, 'join [INVITATION]') ?? '-',
        key,
        code: values.code ?? null,
        ...common,
      };
    case 'rotate':
      none(rest, verb);
      return rotation(values, key, common);
    case 'inbox':
    case 'invitations':
    case 'notices':
    case 'standing':
    case 'terms':
    case 'log':
    case 'keys':
    case 'passkey':
    case 'readers':
      none(rest, verb);
      return { verb, ...common };
    case 'invite': {
      const label = atMostOne(rest, INVITE_USAGE);
      if (label === undefined) throw new UsageError(`expected ${INVITE_USAGE}`);
      return { verb, label, role: values.machine === true ? 'machine' : 'reader', ...common };
    }
    case 'remove': {
      const reader = atMostOne(rest, 'remove READER');
      if (reader === undefined) throw new UsageError('expected remove READER, as readers shows it');
      return { verb, reader, ...common };
    }
    case 'role': {
      const [reader, role, ...more] = rest;
      if (reader === undefined || more.length > 0) throw new UsageError(ROLE_USAGE);
      if (role !== 'administrator' && role !== 'reader') throw new UsageError(ROLE_USAGE);
      return { verb, reader, role, ...common };
    }
    case 'answer': {
      const [invitation, answer, ...more] = rest;
      if (invitation === undefined || more.length > 0) throw new UsageError(ANSWER_USAGE);
      if (answer !== 'accept' && answer !== 'decline') throw new UsageError(ANSWER_USAGE);
      return { verb, invitation, answer, ...common };
    }
    case 'report': {
      const [alert, says = '', ...more] = rest;
      const obligation = obligationOf(says);
      if (alert === undefined || obligation === undefined || more.length > 0) {
        throw new UsageError('expected report ALERT WORD, a word of --help');
      }
      return { verb, alert, obligation, says, product: values.product ?? null, ...common };
    }
    case 'feedback': {
      const [alert, artifact, says = '', ...text] = rest;
      const known: readonly string[] = FEEDBACK_WORDS;
      if (alert === undefined || artifact === undefined || !known.includes(says)) {
        throw new UsageError(`expected ${FEEDBACK_USAGE}`);
      }
      const rule = values.rule ?? null;
      const note = atMostOne(text, FEEDBACK_USAGE) ?? null;
      return { verb, alert, artifact, says, rule, text: note, ...common };
    }
    case 'messages': {
      const alert = atMostOne(rest, 'messages ALERT');
      if (alert === undefined) throw new UsageError('expected messages ALERT');
      return { verb, alert, ...common };
    }
    case 'write': {
      const [alert, ...text] = rest;
      if (alert === undefined) throw new UsageError('expected write ALERT [FILE]');
      return {
        ...{ verb, alert, audience: values.all === true ? 'members' : 'issuer' },
        product: values.product ?? null,
        text: atMostOne(text, 'write ALERT [FILE]') ?? '-',
        ...common,
      };
    }
    case 'leak': {
      const [alert, ...text] = rest;
      const { noticed } = values;
      if (alert === undefined || noticed === undefined)
        throw new UsageError(`expected ${LEAK_USAGE}`);
      return { verb, alert, noticed, text: atMostOne(text, LEAK_USAGE) ?? '-', ...common };
    }
    case 'sign': {
      const hash = atMostOne(rest, 'sign HASH');
      if (hash === undefined) throw new UsageError('expected sign HASH, as terms shows it');
      return { verb, hash, ...common };
    }
    case 'facts':
      return { verb, file: atMostOne(rest, 'facts [FILE]') ?? null, ...common };
    case 'vouch': {
      const [application, name, ...more] = rest;
      if (application === undefined || name === undefined || more.length > 0) {
        throw new UsageError('expected vouch APPLICATION NAME');
      }
      return { verb, application, name, ...common };
    }
    case 'appeal':
    case 'statement': {
      const [step, ...text] = rest;
      if (step === undefined) throw new UsageError(`expected ${verb} STEP [FILE]`);
      return { verb, step, text: atMostOne(text, `${verb} STEP [FILE]`) ?? '-', ...common };
    }
    case 'fetch': {
      const [alert, ...artifacts] = rest;
      if (alert === undefined) throw new UsageError('expected fetch ALERT [ARTIFACT…]');
      return { verb, alert, artifacts, out: out ?? '.', ...common };
    }
    case 'open':
      if (out !== null && rest.length > 1) throw new UsageError('--out FILE: expected one copy');
      return {
        ...{ verb, files: some(rest, verb), out },
        canonical: values.canonical === true,
        ...common,
      };
    case 'verify':
    case 'ack':
      return { verb, files: some(rest, verb), ...common };
    case undefined:
      return { verb: 'help' };
    default:
      throw new UsageError('expected one of the commands of --help');
  }
}

const FEEDBACK_USAGE = 'feedback ALERT ARTIFACT WORD [FILE], a word of --help';
const LEAK_USAGE = 'leak ALERT --noticed TIME [FILE]';
const INVITE_USAGE = 'invite LABEL [--machine]';
const ROLE_USAGE = 'expected role READER administrator|reader';
const ANSWER_USAGE = 'expected answer INVITATION accept|decline';

type Values = ReturnType<typeof parse>['values'];
type Belonging = {
  readonly options: readonly (keyof Values)[];
  readonly to: readonly Command['verb'][];
};

/** Options that some verbs alone take. Of the others `--notice` makes its verb another one. */
const BELONGS: readonly Belonging[] = [
  { options: ['out'], to: ['fetch', 'open'] },
  { options: ['canonical'], to: ['open'] },
  { options: ['rule'], to: ['feedback'] },
  { options: ['all'], to: ['write'] },
  { options: ['product'], to: ['write', 'report'] },
  { options: ['machine'], to: ['invite'] },
  { options: ['hybrid', 'openpgp'], to: ['join', 'rotate'] },
  { options: ['code'], to: ['join'] },
  { options: ['lost', 'stolen'], to: ['rotate'] },
  { options: ['noticed'], to: ['leak'] },
];

function requireBelonging(values: Values, verb: string | undefined): void {
  for (const { options, to } of BELONGS) {
    if (to.some((one) => one === verb)) continue;
    if (options.every((option) => values[option] === undefined)) continue;
    const named = options.map((option) => `--${option}`).join(' and ');
    const belong = options.length === 1 ? 'belongs' : 'belong';
    throw new UsageError(`${named} ${belong} to ${to.join(' and ')}`);
  }
}

function keyChoice({ hybrid, openpgp }: Pick<Values, 'hybrid' | 'openpgp'>): KeyChoice {
  if (hybrid === undefined && openpgp === undefined) return 'X25519';
  if (openpgp === undefined) return 'mlkem768x25519';
  if (hybrid === true) throw new UsageError('expected --hybrid or --openpgp, not both');
  const fingerprint = openpgp.replace(/\s+|^0x/g, '').toUpperCase();
  if (/^[0-9A-F]{40}$/.test(fingerprint)) return { openpgp: fingerprint };
  throw new UsageError('--openpgp: expected the fingerprint of a key, 40 hex digits');
}

type Gone = { readonly lost?: string; readonly stolen?: string };

/** One's own, or with the id of a colleague that its keys are gone. */
function rotation({ lost, stolen }: Gone, key: KeyChoice, common: Common): Command {
  const reader = lost ?? stolen;
  if (reader === undefined) return { verb: 'rotate', key, ...common };
  if (key !== 'X25519' || (lost !== undefined && stolen !== undefined)) {
    throw new UsageError('expected rotate --lost READER or rotate --stolen READER, nothing else');
  }
  return { verb: 'report-key', reader, what: lost === undefined ? 'stolen' : 'lost', ...common };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        home: { type: 'string' },
        out: { type: 'string' },
        notice: { type: 'string' },
        hybrid: { type: 'boolean' },
        openpgp: { type: 'string' },
        code: { type: 'string' },
        lost: { type: 'string' },
        stolen: { type: 'string' },
        noticed: { type: 'string' },
        rule: { type: 'string' },
        all: { type: 'boolean' },
        machine: { type: 'boolean' },
        product: { type: 'string' },
        canonical: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(error.message);
  }
}

function atMostOne(rest: readonly string[], usage: string): string | undefined {
  if (rest.length > 1) throw new UsageError(`expected ${usage}`);
  return rest[0];
}

function some(rest: readonly string[], verb: string): readonly string[] {
  if (rest.length === 0) throw new UsageError(`expected ${verb} FILE…`);
  return rest;
}

function none(rest: readonly string[], verb: string): void {
  if (rest.length > 0) throw new UsageError(`expected ${verb} without arguments`);
}
