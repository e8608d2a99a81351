/** Of the package this reader was built from. */
export const READER_VERSION = '0.1.0';
