import { parseArgs } from 'node:util';
import type { AgeKind } from '../../participant/join.ts';
import { obligationOf } from './report.ts';

/** A command line as understood. */
export type Command =
  | { readonly verb: 'help' }
  | { readonly verb: 'version' }
  | ({ readonly verb: 'join'; readonly invitation: string; readonly key: AgeKind } & Common)
  | ({ readonly verb: 'inbox' | 'invitations' | 'notices' | 'standing' | 'terms' | 'log' } & Common)
  | ({ readonly verb: 'sign'; readonly hash: string } & Common)
  | ({ readonly verb: 'facts'; readonly file: string | null } & Common)
  | ({ readonly verb: 'vouch'; readonly application: string; readonly name: string } & Common)
  | ({ readonly verb: 'appeal'; readonly step: string; readonly text: string } & Common)
  | ({
      readonly verb: 'leak';
      readonly alert: string;
      readonly noticed: string;
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
  if (out !== null && verb !== 'fetch' && verb !== 'open') {
    throw new UsageError('--out belongs to fetch and open');
  }
  if (values.hybrid === true && verb !== 'join') throw new UsageError('--hybrid belongs to join');
  if (values.noticed !== undefined && verb !== 'leak') {
    throw new UsageError('--noticed belongs to leak');
  }
  if (values.notice !== undefined) {
    if (verb !== 'ack' || rest.length > 0) throw new UsageError('expected ack --notice ID');
    return { verb: 'ack-notice', notice: values.notice, ...common };
  }
  switch (verb) {
    case 'join':
      return {
        verb,
        invitation: atMostOne(rest, 'join [INVITATION]') ?? '-',
        key: values.hybrid === true ? 'mlkem768x25519' : 'X25519',
        ...common,
      };
    case 'inbox':
    case 'invitations':
    case 'notices':
    case 'standing':
    case 'terms':
    case 'log':
      none(rest, verb);
      return { verb, ...common };
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
      return { verb, alert, obligation, says, ...common };
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
    case 'appeal': {
      const [step, ...text] = rest;
      if (step === undefined) throw new UsageError('expected appeal STEP [FILE]');
      return { verb, step, text: atMostOne(text, 'appeal STEP [FILE]') ?? '-', ...common };
    }
    case 'fetch': {
      const [alert, ...artifacts] = rest;
      if (alert === undefined) throw new UsageError('expected fetch ALERT [ARTIFACT…]');
      return { verb, alert, artifacts, out: out ?? '.', ...common };
    }
    case 'open':
      if (out !== null && rest.length > 1) throw new UsageError('--out FILE: expected one copy');
      return { verb, files: some(rest, verb), out, ...common };
    case 'verify':
    case 'ack':
      return { verb, files: some(rest, verb), ...common };
    case undefined:
      return { verb: 'help' };
    default:
      throw new UsageError('expected one of the commands of --help');
  }
}

const LEAK_USAGE = 'leak ALERT --noticed TIME [FILE]';
const ANSWER_USAGE = 'expected answer INVITATION accept|decline';

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
        noticed: { type: 'string' },
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
