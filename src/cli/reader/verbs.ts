import { readFile } from 'node:fs/promises';
import { TocsinError } from '../../domain/errors.ts';
import { acknowledge } from '../../participant/acknowledge.ts';
import { contentPath, readCopyFile, storeCopy, writeNew } from '../../participant/copy-files.ts';
import { watchLog } from '../../participant/follow-log.ts';
import { fetchCopy, inbox, inboxAlert } from '../../participant/inbox.ts';
import { join, type KeyChoice } from '../../participant/join.ts';
import { endingSoon, memberKeys } from '../../participant/keys.ts';
import { canonicalRules, openCopy } from '../../participant/open-copy.ts';
import { loadMember, type Session } from '../../participant/session.ts';
import { type Verification, verifyCopy } from '../../participant/verify-copy.ts';
import { type Desk, onEach, say } from './desk.ts';
import { EXIT, type Exit } from './help.ts';
import { keyWarning } from './keys.ts';
import { showCopy, showJoined, showVerification } from './show.ts';
import { showInbox } from './show-inbox.ts';

export async function joinVerb(
  session: Session,
  asked: {
    readonly invitation: string;
    readonly key: KeyChoice;
    readonly code: string | null;
  },
  desk: Desk,
): Promise<Exit> {
  const { key, code } = asked;
  const joined = await join(session, await invitationText(asked.invitation, desk), key, code);
  const { reader, participant, url, keys } = joined;
  const shown = showJoined(joined, session.home.place);
  say(desk, { reader, participant, url, keys }, shown);
  return EXIT.ok;
}

/** A secret until it is used: a file or standard input keeps it out of the shell's history. */
async function invitationText(argument: string, desk: Desk): Promise<string> {
  if (argument === '-') return desk.stdin();
  return argument.startsWith('tocsin-invite:') ? argument : readFile(argument, 'utf8');
}

export async function inboxVerb(session: Session, desk: Desk): Promise<Exit> {
  const alerts = await inbox(session);
  const ring = await memberKeys(session);
  const keyEnds = endingSoon(ring, desk.now());
  const lines = [...keyWarning(ring, desk.now()), showInbox(alerts)];
  say(desk, { alerts, keyEnds }, lines.join('\n'));
  return EXIT.ok;
}

/** Copies are checked before they are stored: a bad one is an error, not a file. */
export async function fetchVerb(
  session: Session,
  asked: { readonly alert: string; readonly artifacts: readonly string[]; readonly out: string },
  desk: Desk,
): Promise<Exit> {
  const member = await loadMember(session);
  const { artifacts } = await inboxAlert(session, asked.alert);
  const wanted = asked.artifacts.length === 0 ? artifacts.map(({ id }) => id) : asked.artifacts;
  return onEach(desk, wanted, async (name) => {
    const artifact = artifacts.find((one) => one.id === name || one.name === name);
    if (!artifact) throw new TocsinError('NOT_FOUND', 'expected an artifact open to you');
    const file = await fetchCopy(session, asked.alert, artifact.id);
    const copy = await openCopy(session, file);
    const path = await storeCopy(asked.out, file, copy, member);
    say(desk, { file: path, manifest: copy.manifest }, showCopy(path, copy));
    return EXIT.ok;
  });
}

export async function openVerb(
  session: Session,
  asked: {
    readonly files: readonly string[];
    readonly out: string | null;
    readonly canonical: boolean;
  },
  desk: Desk,
): Promise<Exit> {
  const { files, out, canonical } = asked;
  return onEach(desk, files, async (path) => {
    const copy = await openCopy(session, await readCopyFile(path));
    const content = canonical ? canonicalRules(copy) : copy.content;
    if (out === '-') {
      desk.out(content);
      return EXIT.ok;
    }
    const target = out ?? contentPath('.', copy);
    await writeNew(target, content);
    say(desk, { file: target, manifest: copy.manifest }, showCopy(target, copy));
    return EXIT.ok;
  });
}

export async function verifyVerb(
  session: Session,
  files: readonly string[],
  desk: Desk,
): Promise<Exit> {
  return onEach(desk, files, async (path) => {
    const verification = await verifyCopy(session, await readCopyFile(path), desk.now());
    say(desk, { file: path, ...reported(verification) }, showVerification(path, verification));
    return VERDICT[verification.state];
  });
}

const VERDICT: Readonly<Record<Verification['state'], Exit>> = {
  verified: EXIT.ok,
  pending: EXIT.pending,
  broken: EXIT.broken,
  refused: EXIT.refused,
};

/** An error has no fields that JSON would show. */
function reported(verification: Verification): object {
  if (!('error' in verification)) return verification;
  const { code, message } = verification.error;
  return { ...verification, error: { code, message } };
}

export async function ackVerb(
  session: Session,
  files: readonly string[],
  desk: Desk,
): Promise<Exit> {
  return onEach(desk, files, async (path) => {
    const { manifest } = await acknowledge(session, await readCopyFile(path));
    say(desk, { file: path, delivery: manifest.delivery }, `${path}  acknowledged`);
    return EXIT.ok;
  });
}

export async function logVerb(session: Session, desk: Desk): Promise<Exit> {
  const step = await watchLog(session);
  const seen = step.from === null ? 'the first you have seen' : `extends the ${step.from} seen`;
  say(desk, step, `${step.size} ticks, ${seen}`);
  return EXIT.ok;
}
