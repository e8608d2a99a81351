/** The thread of `read-document.ts`. */
import { importDocument } from '../../formats/import-document.ts';
import { answerFrom } from '../thread.ts';

await answerFrom((bytes: Uint8Array) => importDocument(bytes));
