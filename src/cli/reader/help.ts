import { READER_VERSION } from './version.ts';

/** What a command ends with. */
export const EXIT = { ok: 0, refused: 1, usage: 2, pending: 3, broken: 4 } as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

export const HELP = `tocsin-reader ${READER_VERSION}: read, check and acknowledge your copies

  join [INVITATION]         redeem an invitation: a file, its text, or by default standard input
      --hybrid              with a key that a quantum computer does not open either;
                            made once: a home that has its keys keeps them
      --openpgp FINGERPRINT with your own OpenPGP key, whose secret part stays with gpg
      --code CODE           that you were told beside it, after your keys were lost
  inbox                     what is open to you now
  fetch ALERT [ARTIFACT…]   fetch your copies, sealed to your key: all, or by id or name
      --out DIR             where to; default: this folder
  open FILE…                check copies without network and write their content
      --out FILE            under another name (of one copy); - for standard output
      --canonical           of rules what all copies have in common, to compare revisions
  verify FILE…              make every check, also that the delivery is in the ledger
  ack FILE…                 sign the receipt of copies and send it
  ack --notice ID           tell the issuer that you have seen a notice
  notices                   that something waits, or has changed, and since when
  invitations               embargoes that you are asked to keep, and until when to answer
  answer INVITATION accept|decline
                            answer one, for your whole organisation
  report ALERT WORD         say for your whole organisation how it is affected:
                            under_investigation, affected, not_affected, fixed, protected;
                            how far its protection is: in_work, tested, ready, shipped; that
                            what it publishes itself is posted;
                            or, once out of the programme, that copies are returned, deleted
      --product NAME        of one of its products
  feedback ALERT ARTIFACT WORD [FILE]
                            say what came of trying an artifact: works, does_not_parse,
                            false_positives, too_slow, missed_sample; FILE (- for standard
                            input) has a note for its author
      --rule NAME           which rule of several
  messages ALERT            what was written about an alert to you, and by you
  write ALERT [FILE]        write about it to the issuer; by default standard input
      --all                 to all members that see it, where the programme has them read each other
      --product CODE        which product it is about
  leak ALERT [FILE]         report a leak of your own: a file, by default standard input, of JSON
                            with what (got out), toWhom, and prevention (of another)
      --noticed TIME        when one of you noticed it
  standing                  what was decided about your organisation, and what it is heard on
  statement STEP [FILE]     say what it has to say before a step is taken, once
  appeal STEP [FILE]        say what it has against a step, once: a file, by default standard input
  keys                      the keys of your organisation's readers, and when they end
  rotate                    make other keys; used a day later, the old ones until then.
                            --hybrid, --openpgp as for join
      --lost READER         as an administrator: say, signed, that a colleague's keys are lost:
      --stolen READER       nothing is sealed to them; prints an invitation for them alone
  passkey                   print where your browser registers your first passkey, once
  readers                   who reads for your organisation, and who administers it
  invite LABEL              as an administrator: print what one more reader joins with, once;
      --machine             what can fetch and acknowledge, and nothing else
  remove READER             as an administrator: end all by which a reader gets in
  role READER administrator|reader
                            as an administrator: make another one, or end that it is
  terms                     what your organisation agrees to, and what it has signed
  sign HASH                 sign terms for your organisation, as its officer, by their hash
  facts [FILE]              what your organisation has stated of itself; with a file of JSON, or -
                            for standard input, as an administrator state it: duties,
                            affiliates, products, contacts …
  vouch APPLICATION NAME    vouch for an applicant that gave you its id, in your organisation's name
  log                       follow the issuer's log to its newest checkpoint

  --home DIR                your keys and what you pinned; default: $TOCSIN_HOME, ~/.tocsin-reader
  --json                    one line of JSON for each result
  --help, --version

Exit status:
  0  done; verify: every check passed
  1  refused, or could not be done: the message says why
  2  wrong usage
  3  verify: nothing wrong so far, but the promised time has not come; verify again after it
  4  verify: the issuer broke its signed promise; promise and copy are kept as evidence
For several files: 4 before 1 before 3 before 0.
`;
