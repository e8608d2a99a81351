import type { PythonScript } from '../../../formats/python/tree.ts';

/** Names and attributes by which a script sees how it is written. */
const LOOKING = new Set(
  `__builtins__ __code__ __dict__ __file__ __globals__ __import__ _getframe co_firstlineno
  currentframe f_lineno getsource getsourcelines importlib inspect linecache runpy setprofile
  settrace tb_lineno traceback`.split(/\s+/),
);

/** Functions by which it does, or does what its text does not show; others' methods do not. */
const LOOKING_FUNCTIONS = new Set('compile dir eval exec execfile globals locals vars'.split(' '));

const COMPARING = new Set('__contains__ __eq__ __ge__ __gt__ __le__ __lt__ __ne__'.split(' '));

/** A text that is signed as a whole: any change breaks the signature. */
const SIGNED = /-----BEGIN (?:PGP|SSH|PKCS7|CMS)\b/;

/** Why nothing of a script may differ; null if something may. */
export function reasonToLeave({ text, tokens }: PythonScript): string | null {
  if (SIGNED.test(text)) return 'holds a signature';
  const looking = tokens.find(
    ({ name, text: word }) =>
      LOOKING.has(word) || (name === 'VariableName' && LOOKING_FUNCTIONS.has(word)),
  );
  return looking === undefined ? null : `looks at itself, by ${looking.text}`;
}

/** Whether the script says itself what comparing its objects does. */
export function comparesItself({ tokens }: PythonScript): boolean {
  return tokens.some(({ text }) => COMPARING.has(text));
}
