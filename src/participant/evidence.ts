import type { Home } from './home.ts';

/**
 * Keeps files below `evidence/` of the home, for people to show. The same name again replaces: name
 * what changes from one time to the next after its time.
 * @returns where, as a person finds it.
 */
export async function keepEvidence(
  home: Home,
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
  for (const [name, bytes] of Object.entries(files)) {
    await home.write(`evidence/${folder}/${name}`, bytes);
  }
  return `${home.place}/evidence/${folder}`;
}
