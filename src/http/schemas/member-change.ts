import { type Static, Type } from 'typebox';
import { formatInstant } from '../../domain/instant.ts';
import { KEY_REPORTS } from '../../domain/key-report.ts';
import { REGISTERS } from '../../domain/register.ts';
import type { ImportRow, MemberChange } from '../../programme/member/apply-member-change.ts';
import type { MemberChangeView } from '../../programme/member/member-change.ts';
import {
  Count,
  Hex32,
  IdText,
  InstantText,
  instantOrNull,
  listOf,
  nullable,
  oneOf,
} from './basic.ts';
import { EnrolmentText, presentEnrolment } from './enrolment.ts';
import { TermsContent } from './terms.ts';

/** What waits for a second person. */
export const WaitingText = Type.Object({ change: IdText, digest: Hex32 });

/** What becomes of an organisation of an imported list, and the rows that name it. */
export const ImportRowText = Type.Object({
  rows: listOf(Count),
  name: Type.String(),
  result: oneOf(['admit', 'change', 'same', 'refused']),
  problems: listOf(Type.Object({ column: Type.String(), message: Type.String() })),
  before: nullable(EnrolmentText),
  after: nullable(EnrolmentText),
  contacts: listOf(Type.Object({ address: Type.String(), fingerprint: nullable(Type.String()) })),
});

/** A proposal about participants. What does not belong to its kind is null. */
export const MemberChangeText = Type.Object({
  change: IdText,
  programme: IdText,
  kind: oneOf([
    'admission',
    'enrolment',
    'trust',
    'import',
    'transition',
    'key_report',
    'terms',
    'register',
    'officer',
    'administrator',
    'refusal',
  ]),
  digest: Hex32,
  proposer: IdText,
  at: InstantText,
  outcome: nullable(oneOf(['confirmed', 'refused', 'lapsed'])),
  participant: nullable(IdText),
  name: nullable(Type.String()),
  before: nullable(EnrolmentText),
  after: nullable(EnrolmentText),
  keys: nullable(Type.Object({ reader: IdText, what: oneOf(KEY_REPORTS) })),
  file: nullable(Hex32),
  rows: nullable(listOf(ImportRowText)),
  transition: nullable(
    Type.Object({
      participants: listOf(IdText),
      accepts: listOf(Type.String()),
      expiresAt: InstantText,
      reason: Type.String(),
    }),
  ),
  terms: nullable(
    Type.Object({ terms: IdText, version: Count, ...TermsContent, signBy: nullable(InstantText) }),
  ),
  register: nullable(oneOf(REGISTERS)),
  officer: nullable(Type.Object({ reader: IdText, label: Type.String() })),
  administrator: nullable(Type.Object({ reader: IdText, label: Type.String() })),
  application: nullable(Type.Object({ id: IdText, reason: Type.String() })),
});

export function presentMemberChange(view: MemberChangeView): Static<typeof MemberChangeText> {
  const { change, programme, digest, proposer, at, outcome, content } = view;
  const told = { change, programme, digest, proposer, at: formatInstant(at), outcome };
  return { ...told, kind: content.kind, ...presentContent(content) };
}

const NOTHING = {
  participant: null,
  name: null,
  before: null,
  after: null,
  ...{ file: null, rows: null, transition: null, keys: null },
  ...{ terms: null, register: null, officer: null, administrator: null, application: null },
};

function presentContent(content: MemberChange) {
  switch (content.kind) {
    case 'admission': {
      const { participant, name, after, application = null } = content;
      const told = application && { id: application.id, reason: application.reason };
      return {
        ...{ ...NOTHING, participant, name, application: told },
        after: presentEnrolment(after),
      };
    }
    case 'enrolment': {
      const { participant, before, after } = content;
      const facts = { before: presentEnrolment(before), after: presentEnrolment(after) };
      return { ...NOTHING, participant, ...facts };
    }
    case 'refusal': {
      const { name, application: id, reason } = content;
      return { ...NOTHING, name, application: { id, reason } };
    }
    case 'trust':
      return { ...NOTHING, participant: content.participant };
    case 'key_report': {
      const { participant, reader, what } = content;
      return { ...NOTHING, participant, keys: { reader, what } };
    }
    case 'import':
      return { ...NOTHING, file: content.file, rows: content.rows.map(presentImportRow) };
    case 'transition': {
      const { participants, accepts, expiresAt, reason } = content;
      const told = { participants, accepts, expiresAt: formatInstant(expiresAt), reason };
      return { ...NOTHING, transition: told };
    }
    case 'terms': {
      const { terms, content: said, signBy } = content;
      return { ...NOTHING, terms: { terms, ...said, signBy: instantOrNull(signBy) } };
    }
    case 'register':
      return { ...NOTHING, register: content.register };
    case 'officer':
    case 'administrator': {
      const { kind, participant, reader, label } = content;
      return { ...NOTHING, participant, [kind]: { reader, label } };
    }
  }
}

export function presentImportRow({ before, after, ...row }: ImportRow) {
  return {
    ...row,
    before: before && presentEnrolment(before),
    after: after && presentEnrolment(after),
  };
}
