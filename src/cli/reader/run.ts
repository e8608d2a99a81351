import { fileHome } from '../../participant/file-home.ts';
import { openSession } from '../../participant/session.ts';
import { type Command, parseCommand, UsageError } from './arguments.ts';
import { type Desk, explain, type Machine } from './desk.ts';
import { factsVerb } from './facts.ts';
import { feedbackVerb } from './feedback.ts';
import { EXIT, type Exit, HELP } from './help.ts';
import { answerVerb, invitationsVerb } from './invitations.ts';
import { keysVerb } from './keys.ts';
import { leakVerb } from './leak.ts';
import { messagesVerb, writeVerb } from './messages.ts';
import { ackNoticeVerb, noticesVerb } from './notices.ts';
import { inviteVerb, passkeyVerb, readersVerb, removeVerb, roleVerb } from './readers.ts';
import { reportVerb } from './report.ts';
import { reportKeyVerb, rotateVerb } from './rotate.ts';
import { appealVerb, standingVerb, statementVerb } from './standing.ts';
import { signVerb, termsVerb } from './terms.ts';
import { ackVerb, fetchVerb, inboxVerb, joinVerb, logVerb, openVerb, verifyVerb } from './verbs.ts';
import { READER_VERSION } from './version.ts';
import { vouchVerb } from './vouch.ts';

/** Runs one command line; the exit status. */
export async function run(args: readonly string[], machine: Machine): Promise<Exit> {
  try {
    return await perform(parseCommand(args), machine);
  } catch (error) {
    if (error instanceof UsageError) {
      machine.err(`tocsin-reader: ${error.message} (see --help)`);
      return EXIT.usage;
    }
    machine.err(`tocsin-reader: ${explain(error)}`);
    return EXIT.refused;
  }
}

async function perform(command: Command, machine: Machine): Promise<Exit> {
  if (command.verb === 'help' || command.verb === 'version') {
    machine.out(command.verb === 'help' ? HELP : `${READER_VERSION}\n`);
    return EXIT.ok;
  }
  const session = openSession(
    fileHome(command.home ?? machine.home),
    machine.fetch,
    machine.now,
    machine.openpgp,
  );
  const desk: Desk = { ...machine, json: command.json };
  switch (command.verb) {
    case 'join':
      return joinVerb(session, command, desk);
    case 'inbox':
      return inboxVerb(session, desk);
    case 'fetch':
      return fetchVerb(session, command, desk);
    case 'open':
      return openVerb(session, command, desk);
    case 'verify':
      return verifyVerb(session, command.files, desk);
    case 'ack':
      return ackVerb(session, command.files, desk);
    case 'notices':
      return noticesVerb(session, desk);
    case 'ack-notice':
      return ackNoticeVerb(session, command.notice, desk);
    case 'invitations':
      return invitationsVerb(session, desk);
    case 'answer':
      return answerVerb(session, command, desk);
    case 'report':
      return reportVerb(session, command, desk);
    case 'feedback':
      return feedbackVerb(session, command, desk);
    case 'messages':
      return messagesVerb(session, command.alert, desk);
    case 'write':
      return writeVerb(session, command, desk);
    case 'leak':
      return leakVerb(session, command, desk);
    case 'standing':
      return standingVerb(session, desk);
    case 'statement':
      return statementVerb(session, command, desk);
    case 'terms':
      return termsVerb(session, desk);
    case 'sign':
      return signVerb(session, command.hash, desk);
    case 'facts':
      return factsVerb(session, command.file, desk);
    case 'vouch':
      return vouchVerb(session, command, desk);
    case 'appeal':
      return appealVerb(session, command, desk);
    case 'keys':
      return keysVerb(session, desk);
    case 'passkey':
      return passkeyVerb(session, desk);
    case 'readers':
      return readersVerb(session, desk);
    case 'invite':
      return inviteVerb(session, command, desk);
    case 'remove':
      return removeVerb(session, command.reader, desk);
    case 'role':
      return roleVerb(session, command, desk);
    case 'rotate':
      return rotateVerb(session, command, desk);
    case 'report-key':
      return reportKeyVerb(session, command, desk);
    case 'log':
      return logVerb(session, desk);
  }
}
