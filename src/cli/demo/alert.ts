/** The alert of the story. */
export type Alert = {
  readonly id: string;
  /** RFC 3339. */
  readonly disclosureAt: string;
  /** When the wave of each tier opens, RFC 3339. */
  readonly opensAt: ReadonlyMap<string, string>;
  readonly artifacts: readonly { readonly id: string; readonly kind: string }[];
  /** Places at which copies may differ. */
  readonly slots: number;
};
