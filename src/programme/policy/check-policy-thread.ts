/** The thread of `check-policy.ts`. */
import { sha256Hex } from '../../crypto/hash.ts';
import { checkPack } from '../../policy/check.ts';
import { answerFrom } from '../thread.ts';

const digest = (text: string): string => sha256Hex(Buffer.from(text));

await answerFrom((files: Readonly<Record<string, string>>) =>
  checkPack(new Map(Object.entries(files)), digest),
);
