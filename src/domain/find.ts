/** Where a text turned up. */
export const FIND_KINDS = [
  'public_site',
  'member_product',
  'private_channel',
  'seized',
  'other',
] as const;
/**
 * One of `FIND_KINDS`. `member_product`: in something that a participant ships; `seized`: on what
 * an authority or an incident response took.
 */
export type FindKind = (typeof FIND_KINDS)[number];

/** Whether the text could come from a product that was shipped lawfully. */
export const SHIPPED = ['yes', 'no', 'unknown'] as const;
/** One of `SHIPPED`, as the investigator answers it. */
export type Shipped = (typeof SHIPPED)[number];

/** Whether what was found is a use that somebody was permitted when it was found. */
export const FIND_USES = ['permitted', 'not_permitted', 'unknown'] as const;
/** One of `FIND_USES`. */
export type FindUse = (typeof FIND_USES)[number];
