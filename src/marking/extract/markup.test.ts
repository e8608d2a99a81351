import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutMarkup } from './markup.ts';

/** The words that are left. */
const words = (text: string) => withoutMarkup(text).split(/\s+/).filter(Boolean);

test('of a page the text is left, its characters resolved, and nothing that is not shown', () => {
  const page =
    '<html><head><style>p { x: y }</style><SCRIPT src="a">if (a < b) "<p>"</Script ></head>' +
    '<body class="a"><!-- not <b>this</b> --><p>on&#101; &quot;two&quot; th<b>re</b>e<br>4</p>' +
    '<table><tr><td>five</td><td>si&#x78;</td></tr></table>don&rsquo;t &amp;amp; &unheard;</body>';
  const left = ['one', '"two"', 'three', '4', 'five', 'six', 'don’t', '&amp;', '&unheard;'];
  assert.deepEqual(words(page), left);
});

test('a text with a placeholder or two, or with code, stays as it is', () => {
  for (const text of [
    'POST <submission prefix>/add-checkpoint, <a> or <b>, and &quot; as it is',
    'filesize < 5MB and (a > b) // <p>',
    '',
  ]) {
    assert.equal(withoutMarkup(text), text);
  }
});

test('what is opened and never closed hides nothing', () => {
  const page = '<p>one</p><p>two</p><script>three';
  assert.deepEqual(words(page), ['one', 'two', '<script>three']);
  assert.deepEqual(words('<p>one</p><p>two</p><!-- three'), ['one', 'two', '<!--', 'three']);
  assert.deepEqual(words('<p>one</p><p>two</p><p unclosed'), ['one', 'two', '<p', 'unclosed']);
});
