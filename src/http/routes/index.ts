import type { Route } from '../deps.ts';
import { addAlertArtifact } from './alerts/add-artifact.ts';
import { addLate, approveLate, showLate } from './alerts/additions.ts';
import { approve, askForSignature } from './alerts/approve.ts';
import { assess } from './alerts/assess.ts';
import { approveAlertChange, showChange } from './alerts/change.ts';
import { compareWithSent } from './alerts/compare-sent.ts';
import { showDates } from './alerts/dates.ts';
import { draft } from './alerts/draft.ts';
import { showDuties } from './alerts/duties.ts';
import { recordOutsideDelivery, recordOutsideKnowledge, showExposure } from './alerts/exposure.ts';
import { inviteAll, showInvited } from './alerts/invite.ts';
import { showAlerts } from './alerts/list.ts';
import { showMarkKey } from './alerts/mark-key.ts';
import { showMarking } from './alerts/marking.ts';
import { listMessages, writeMessage } from './alerts/messages.ts';
import { setDisclosure } from './alerts/move-disclosure.ts';
import { showObligations } from './alerts/obligations.ts';
import { showPlan } from './alerts/plan.ts';
import {
  approveDisclosure,
  proposeDisclosure,
  refuseDisclosure,
  showDisclosureProposal,
} from './alerts/propose-disclosure.ts';
import { confirmPublished, publish } from './alerts/publish.ts';
import { showAlert } from './alerts/read.ts';
import { recordEvent } from './alerts/record-event.ts';
import { sealAware } from './alerts/seal-awareness.ts';
import { setConsent } from './alerts/set-consent.ts';
import { setInvolvement } from './alerts/set-involvement.ts';
import { applyToJoin, followApplication, showCriteria } from './applications/applicant.ts';
import {
  checkOne,
  decideRefusalAppeal,
  proposeOutcome,
  showApplication,
  showApplications,
  vouch,
} from './applications/review.ts';
import { confirm } from './clock/confirm.ts';
import { accept as acceptCustody, propose as proposeCustody } from './custody/propose.ts';
import { showCustody } from './custody/read.ts';
import { attestFacts, listFacts, refuseFacts } from './facts/issuer.ts';
import { showOwnFacts, stateOwnFacts } from './facts/own.ts';
import { readImport } from './imports/read.ts';
import { giveOwnFeedback, listFeedback } from './inbox/feedback.ts';
import { fetchCopy } from './inbox/fetch-copy.ts';
import { listLeaks, reportOwnLeak } from './inbox/leak.ts';
import { listInbox } from './inbox/list.ts';
import { listOwnMessages, writeOwnMessage } from './inbox/messages.ts';
import { readInboxItem } from './inbox/read.ts';
import { report } from './inbox/report.ts';
import { answer } from './invitations/answer.ts';
import { listInvitations } from './invitations/list.ts';
import { fetchReaderBundle } from './issuer/bundle.ts';
import { readIssuer } from './issuer/read.ts';
import { showCheckpoint } from './log/checkpoint.ts';
import { showConsistency } from './log/consistency.ts';
import { exportLog } from './log/export.ts';
import { proveLeaf } from './log/prove.ts';
import { decideMember } from './member-changes/decide.ts';
import { showMemberChange } from './member-changes/read.ts';
import { acknowledge } from './notices/acknowledge.ts';
import { listNotices } from './notices/list.ts';
import { servePages } from './pages/pages.ts';
import { admit } from './participants/admit.ts';
import {
  endAffiliationOf,
  showAffiliations,
  stateAffiliationOf,
} from './participants/affiliations.ts';
import { setCalendar } from './participants/change-calendar.ts';
import { setDoubt } from './participants/change-doubt.ts';
import { setEnrolment } from './participants/change-enrolment.ts';
import { setStanding } from './participants/change-standing.ts';
import { showCopies } from './participants/copies.ts';
import { showGaps } from './participants/gaps.ts';
import { importList, tryList } from './participants/import.ts';
import { showParticipants } from './participants/list.ts';
import { showParticipant } from './participants/read.ts';
import { showStanding } from './participants/read-standing.ts';
import { review, showReviews } from './participants/reviews.ts';
import { endTransitionOf, grantTransition } from './participants/transition.ts';
import { addAnother, askForAnother, dropOwnPasskey, listOwnPasskeys } from './passkeys/own.ts';
import { askAtLink, registerAtLink } from './passkeys/register.ts';
import { showPersons } from './persons/list.ts';
import { decideRoles, proposeRoles, withdrawRoles } from './persons/roles.ts';
import { activatePack } from './policies/activate.ts';
import { checkPack } from './policies/check.ts';
import { comparePacks } from './policies/compare.ts';
import { proposePack } from './policies/propose.ts';
import { showProposal, showProposals } from './policies/read-proposals.ts';
import { setKeyAge } from './programmes/key-age.ts';
import { showProgrammes } from './programmes/list.ts';
import { setPlatform } from './programmes/platform.ts';
import { showPolicy } from './programmes/policy.ts';
import { setRegister, showRegister } from './programmes/register.ts';
import { resolveWork } from './programmes/resolve-work.ts';
import { showWork } from './programmes/work.ts';
import { fetchPublicDocument } from './public/fetch-document.ts';
import { listPublicAlerts } from './public/list-alerts.ts';
import { nameAdministrator } from './readers/administrator.ts';
import { invite } from './readers/invite.ts';
import { join } from './readers/join.ts';
import { listKeys } from './readers/keys.ts';
import { linkReader } from './readers/link.ts';
import { inviteReaderOfOwn, removeReaderOfOwn, setReaderRole, showReaders } from './readers/own.ts';
import { proposeReport, reportKey, rotate } from './readers/rotate.ts';
import { giveReceipt } from './receipts/give.ts';
import { decideRecoveryOf, recover, showRecoveries, showRecovery } from './recoveries/recover.ts';
import { decideOtherForm, proposeOtherForm, showSecondPerson } from './second-person/forms.ts';
import { veto } from './second-person/veto.ts';
import {
  askAgain,
  endSession,
  listSessions,
  showSession,
  signOut,
  verifyAgain,
} from './session/own.ts';
import { approveSighting } from './sightings/approve.ts';
import { bring } from './sightings/bring-half.ts';
import { open } from './sightings/open.ts';
import { showTrace } from './sightings/read.ts';
import { find } from './sightings/record-find.ts';
import { release, reply } from './sightings/release.ts';
import { trace } from './sightings/trace.ts';
import { askForPasskey, signInByPasskey } from './sign-in/passkey.ts';
import { askAtProvider, returnFromProvider, showWays } from './sign-in/provider.ts';
import { decideStandingAppeal, decideStandingStep } from './standing/decide.ts';
import { appealStep, beHeardOnStep, listOwnSteps } from './standing/own.ts';
import { answerSigned, showAgreements, showOwnTerms, signOwnTerms } from './terms/agreements.ts';
import { dropOfficer, nameOfficer, showTerms, writeTerms } from './terms/issuer.ts';
import { endToken, listTokens, makeToken } from './tokens/own.ts';

/** Every route there is. */
export const ROUTES: readonly Route[] = [
  join,
  listKeys,
  showReaders,
  inviteReaderOfOwn,
  removeReaderOfOwn,
  setReaderRole,
  rotate,
  reportKey,
  proposeReport,
  listNotices,
  acknowledge,
  listInbox,
  readInboxItem,
  fetchCopy,
  report,
  reportOwnLeak,
  listLeaks,
  giveOwnFeedback,
  listFeedback,
  writeOwnMessage,
  listOwnMessages,
  writeMessage,
  compareWithSent,
  listMessages,
  giveReceipt,
  listInvitations,
  answer,
  proveLeaf,
  listOwnSteps,
  appealStep,
  beHeardOnStep,
  showOwnTerms,
  signOwnTerms,
  vouch,
  showOwnFacts,
  stateOwnFacts,
  showSession,
  signOut,
  askAgain,
  verifyAgain,
  listSessions,
  endSession,
  listTokens,
  makeToken,
  endToken,
  listOwnPasskeys,
  askForAnother,
  addAnother,
  dropOwnPasskey,
  readIssuer,
  fetchReaderBundle,
  listPublicAlerts,
  fetchPublicDocument,
  showCheckpoint,
  showConsistency,
  showCriteria,
  showRegister,
  applyToJoin,
  followApplication,
  servePages,
  showWays,
  askForPasskey,
  signInByPasskey,
  askAtProvider,
  returnFromProvider,
  askAtLink,
  registerAtLink,
  showProgrammes,
  showPolicy,
  setPlatform,
  showSecondPerson,
  proposeOtherForm,
  decideOtherForm,
  veto,
  setKeyAge,
  setRegister,
  showWork,
  resolveWork,
  admit,
  importList,
  tryList,
  showGaps,
  showAffiliations,
  stateAffiliationOf,
  endAffiliationOf,
  showReviews,
  review,
  grantTransition,
  endTransitionOf,
  showParticipants,
  showParticipant,
  setStanding,
  showStanding,
  showCopies,
  decideStandingStep,
  decideStandingAppeal,
  showMemberChange,
  decideMember,
  showApplications,
  showApplication,
  checkOne,
  proposeOutcome,
  decideRefusalAppeal,
  listFacts,
  attestFacts,
  refuseFacts,
  writeTerms,
  showTerms,
  nameOfficer,
  dropOfficer,
  showAgreements,
  answerSigned,
  setEnrolment,
  setDoubt,
  setCalendar,
  invite,
  linkReader,
  nameAdministrator,
  recover,
  showRecoveries,
  showRecovery,
  decideRecoveryOf,
  showPersons,
  proposeRoles,
  decideRoles,
  withdrawRoles,
  draft,
  showAlerts,
  showAlert,
  addAlertArtifact,
  addLate,
  showLate,
  approveLate,
  assess,
  setDisclosure,
  proposeDisclosure,
  showDisclosureProposal,
  approveDisclosure,
  refuseDisclosure,
  showDates,
  setConsent,
  setInvolvement,
  showChange,
  approveAlertChange,
  recordEvent,
  publish,
  confirmPublished,
  inviteAll,
  showInvited,
  sealAware,
  showDuties,
  showObligations,
  showPlan,
  showMarking,
  approve,
  askForSignature,
  showExposure,
  recordOutsideDelivery,
  recordOutsideKnowledge,
  checkPack,
  comparePacks,
  proposePack,
  showProposals,
  showProposal,
  activatePack,
  readImport,
  open,
  find,
  approveSighting,
  bring,
  trace,
  showTrace,
  release,
  proposeCustody,
  acceptCustody,
  showCustody,
  showMarkKey,
  reply,
  confirm,
  exportLog,
];
