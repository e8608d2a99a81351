/** The thread of `check-policy.ts`: checks one pack, answers, ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { sha256Hex } from '../crypto/hash.ts';
import { checkPack } from '../policy/check.ts';

const files = workerData as Readonly<Record<string, string>>;
const digest = (text: string): string => sha256Hex(Buffer.from(text));
parentPort?.postMessage(checkPack(new Map(Object.entries(files)), digest));
