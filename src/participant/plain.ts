/**
 * A text from outside as it may be shown on a terminal or in an error: control and format
 * characters, with which it could move the cursor or reverse what is read, become U+FFFD; a long
 * one is cut.
 */
export function plain(text: string, most = 200): string {
  const clean = text.replace(/\p{C}/gu, '\u{FFFD}');
  // The cut may go through a character of two units.
  return clean.length <= most ? clean : `${clean.slice(0, most).toWellFormed()}…`;
}
