/** Who knows of an alert without being a participant of the programme. */
export const KNOWERS = ['finder', 'contest', 'upstream', 'own_staff', 'other'] as const;
/** One of `KNOWERS`. */
export type Knower = (typeof KNOWERS)[number];

/** How a copy can go out besides the programme's own channel. */
export const OTHER_CHANNELS = ['mail', 'portal', 'call', 'meeting', 'other'] as const;
/** One of `OTHER_CHANNELS`. */
export type OtherChannel = (typeof OTHER_CHANNELS)[number];
