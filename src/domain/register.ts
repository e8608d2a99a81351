/**
 * What a programme publishes of who is in it: nothing; its members; and with them who was suspended
 * or removed.
 */
export const REGISTERS = ['none', 'members', 'sanctions'] as const;
/** One of `REGISTERS`. */
export type Register = (typeof REGISTERS)[number];

/** What somebody in a register is. */
export const LISTED_AS = ['member', 'suspended', 'removed'] as const;
/** One of `LISTED_AS`. */
export type ListedAs = (typeof LISTED_AS)[number];
