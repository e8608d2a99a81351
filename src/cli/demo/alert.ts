import { join } from 'node:path';
import { type FolderArtifact, readAlertFolder } from '../alert-folder.ts';
import { postAlert, postArtifacts } from '../draft-alert.ts';
import { entries, object, text } from '../shape.ts';
import { EXAMPLES } from './invented.ts';
import type { Stage } from './stage.ts';

/** An alert of the story. */
export type Alert = {
  readonly id: string;
  /** RFC 3339. */
  readonly disclosureAt: string;
  /** When the wave of each tier opens, RFC 3339. */
  readonly opensAt: ReadonlyMap<string, string>;
  readonly artifacts: readonly {
    readonly id: string;
    readonly kind: string;
    /** Its file in the folder of the alert. */
    readonly file: string;
  }[];
  /** Places at which copies may differ. */
  readonly slots: number;
};

const schedule = object({ disclosureAt: text, opensAt: entries(text) });

/** The author drafts the alert of a folder of `examples/`; what comes late is no part of it. */
export async function draft(
  { issuer, rehearsal, page }: Stage,
  folder: string,
): Promise<{ alert: Alert; late: readonly FolderArtifact[] }> {
  const { api } = issuer.author;
  const { artifacts: files, late, ...head } = await readAlertFolder(join(EXAMPLES, folder));
  const id = await postAlert(api, rehearsal.programme, head);
  const progress = { at: page.doing, done: () => undefined };
  const uploaded = await postArtifacts(api, id, files, progress);
  const { disclosureAt, opensAt } = schedule(await api.get(`/v1/alerts/${id}`), 'alert');
  const alert = {
    id,
    disclosureAt,
    opensAt,
    artifacts: uploaded.map(({ artifact, kind, file }) => ({ id: artifact, kind, file })),
    slots: uploaded.reduce((sum, { slots }) => sum + slots, 0),
  };
  return { alert, late };
}
