import { sql } from 'kysely';
import { newId } from '../../src/crypto/random.ts';
import type { AlertId, ArtifactId, DeliveryId, ParticipantId } from '../../src/domain/ids.ts';
import { formatInstant, HOUR_MS, plus } from '../../src/domain/instant.ts';
import type { House, TestReader } from './house.ts';

/** Whose rows, of an alert that it was granted and a copy that it has. */
export type Owner = {
  readonly participant: ParticipantId;
  readonly reader: TestReader;
  readonly alert: AlertId;
  readonly artifact: ArtifactId;
  readonly delivery: DeliveryId;
};

/** Of another alert, which is disclosed. */
type Disclosed = { readonly alert: AlertId; readonly artifact: ArtifactId };

/**
 * Puts a row of the owner's into each table that its login may read and no verb has filled: what
 * they say is of no matter, whose they are is.
 */
export async function oneRowEach(house: House, owner: Owner, disclosed: Disclosed): Promise<void> {
  const { participant, alert, artifact, delivery } = owner;
  const { programme, author, approver } = house;
  const now = house.clock.now();
  const at = formatInstant(now);
  const later = formatInstant(plus(now, HOUR_MS));
  const reader = owner.reader.caller.id;
  const [step, terms] = [newId(), newId()];
  const bytes = Buffer.alloc(32);
  const rows = [
    sql`insert into terms
        (id, programme_id, version, body, clauses, valid_days, sha256, published_at)
      values (${terms}, ${programme}, 1, 'Terms', '[]', 365, 'x', ${at})`,
    sql`insert into agreement (id, programme_id, participant_id, reader_id, terms_id, signature, at)
      values (${newId()}, ${programme}, ${participant}, ${reader}, ${terms}, ${bytes}, ${at})`,
    sql`insert into consent (alert_id, participant_id, consent)
      values (${alert}, ${participant}, 'signatory')`,
    sql`insert into alert_involvement (alert_id, participant_id, involvement)
      values (${alert}, ${participant}, 'reporter')`,
    sql`insert into embargo_invitation
        (id, alert_id, participant_id, terms_until, invited_at, deadline)
      values (${newId()}, ${alert}, ${participant}, ${later}, ${at}, ${later})`,
    sql`insert into feedback (id, alert_id, artifact_id, participant_id, reader_id, says, at)
      values (${newId()}, ${alert}, ${artifact}, ${participant}, ${reader}, 'works', ${at})`,
    sql`insert into leak_report
        (id, alert_id, participant_id, reader_id, noticed_at, text_enc, at)
      values (${newId()}, ${alert}, ${participant}, ${reader}, ${at}, ${bytes}, ${at})`,
    sql`insert into obligation_report (alert_id, participant_id, reader_id, code, says, at)
      values (${alert}, ${participant}, ${reader}, 'status', 'tested', ${at})`,
    sql`insert into receipt (delivery_id, participant_id, manifest_sha256, ciphertext_sha256,
        signature, at)
      values (${delivery}, ${participant}, ${bytes}, ${bytes}, ${bytes}, ${at})`,
    sql`insert into standing_step (id, programme_id, participant_id, from_standing, to_standing,
        form, reason, person_id, at, effective_at, confirm_by)
      values (${step}, ${programme}, ${participant}, 'active', 'restricted',
        'one_then_confirm', 'other', ${author.id}, ${at}, ${at}, ${later})`,
    sql`insert into standing_appeal (step_id, participant_id, reader_id, text_enc, at)
      values (${step}, ${participant}, ${reader}, ${bytes}, ${at})`,
    sql`insert into standing_hearing (step_id, participant_id, to_standing, reason, until)
      values (${step}, ${participant}, 'removed', 'other', ${later})`,
    sql`insert into platform_incident (id, programme_id, declared_by, declared_at, cleared_by,
        confirmed_by, cleared_at)
      values (${newId()}, ${programme}, ${author.id}, ${at}, ${author.id}, ${approver.id}, ${at}),
        (${newId()}, ${programme}, ${author.id}, ${at}, null, null, null)`,
    sql`insert into publication (alert_id, artifact_id, at)
      values (${disclosed.alert}, ${disclosed.artifact}, ${at})`,
  ];
  await house.context.store.issuer(async (tx) => {
    for (const row of rows) await row.execute(tx);
  });
}
