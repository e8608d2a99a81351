/** Bytes of a file key (age spec, "File key"). */
export const FILE_KEY_BYTES = 16;
