import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { copiesOf } from '../../../tests/support/copies.ts';
import type { Format } from '../../domain/artifact.ts';
import type { ArtifactId } from '../../domain/ids.ts';
import { freezeSlots } from '../freeze.ts';
import { parseSidecar } from '../sidecar.ts';

/** What no copy may have otherwise: ids, hashes, addresses, versions, commands, names, licences. */
const fact = fc.oneof(
  fc.integer({ min: 1000, max: 99_999 }).map((number) => `CVE-2025-${number}`),
  fc
    .array(fc.integer({ min: 1, max: 255 }), { minLength: 4, maxLength: 4 })
    .map((ip) => ip.join('.')),
  fc.stringMatching(/^[0-9a-f]{64}$/),
  fc.uuid(),
  fc.stringMatching(/^[a-z]{3,8}\.example$/).map((host) => `https://${host}/a?b=1`),
  fc.constantFrom('Apache-2.0', 'by A. Maker', 'cmd.exe /c whoami', 'Portal 4.2.1', '0x10', '4096'),
);
const word = fc.stringMatching(/^[a-z]{2,7}$/);
const facts = fc.uniqueArray(fact, { minLength: 6, maxLength: 6 });
const words = fc.uniqueArray(word, { minLength: 6, maxLength: 6 });

/** Texts of a format that hold facts wherever their carriers work, and what is the same in all. */
type Kind = {
  readonly format: Format;
  readonly sidecar: string | null;
  text(facts: readonly string[], words: readonly string[]): string;
  /** What a copy holds, in an order of its own: by its text alone, not by a parser of ours. */
  holds(copy: string): readonly string[];
};

const bag = (copy: string, pattern: RegExp): string[] => (copy.match(pattern) ?? []).sort();

const kinds: readonly Kind[] = [
  {
    format: 'script',
    sidecar: 'test: [python3, poc.py]',
    text: ([a, b, c, d, e, f], [p, q, r, s, t, u]) => `# ${a}: ${b}
import os
import sys
__author__ = "${a}"
__license__ = "${b}"
v_${p} = "${c}"
v_${q} = ["${d}", 0x41414141]
def f_${r}(v_${s}, v_${t}=None):
    return v_${s} == "${e}" or v_${s} in ("${a}", "${b}")
def f_${u}():  # ${f}
    v_${s} = f_${r}(v_${s}="${c}", v_${t}="${d}")
    if v_${s} is None:
        os.system("${e}")
    else:
        sys.stdout.write(f"{v_${s} == 3} ${f}"[:4096])
`,
    holds: (copy) => [
      ...bag(copy, /"[^"\n]*"|#.*|\b(?!not\b)[a-z_]\w*/gi),
      ...bag(copy.replace(/"[^"\n]*"|#.*/g, ''), /\b0x[0-9a-f]+\b|\b\d+\b/gi)
        .map((number) => String(Number(number)))
        .sort(),
    ],
  },
  {
    format: 'yara',
    sidecar: null,
    text: ([a, b, c, d, e, f], [p, q, r, s]) => `rule r_${p} : t_${q} {
  meta:
    author = "${a}"
    hash = "${b}"
    reference = "${c}"
  strings:
    $a_${r} = "${d}" ascii wide // ${f}
    $a_${s} = "${e}" wide
    $hex = { 41 42 43 44 45 }
  condition:
    filesize < 4096 and 1 of them and (uint16(0) == 0x5a4d or $hex)
}
`,
    holds: (copy) => bag(copy, /"[^"\n]*"|\{ 41[^}]*\}|\/\/.*|[rt]_[a-z]+|\$a_[a-z]+/g),
  },
  {
    format: 'sigma',
    sidecar: null,
    text: ([a, b, c, d, e, f], [p, q, r, s]) => `title: ${p}
id: ${a}
status: test
description: "${b}"
references:
  - "${c}"
  - "${d}"
author: "${e}"
logsource:
  product: ${q}
  category: ${r}
detection:
  s_${p}:
    f_${q}:
      - "${f}"
      - "${a}"
    f_${r}: "${b}"
  s_${s}:
    - "${c}"
    - "${d}"
  condition: s_${p} and s_${s}
falsepositives:
  - "${e}"
  - "${f}"
level: high
`,
    holds: (copy) =>
      copy
        .split('\n')
        .map((line) => [...line].sort().join(''))
        .sort(),
  },
  {
    format: 'suricata',
    sidecar: null,
    text: ([a, b, c, d], [p, q, r, s]) =>
      [`${a}`, `${b}`]
        .map(
          (fact_, index) =>
            `alert http any any -> any any (msg:"${p} ${fact_}"; content:"${q}"; content:"${r}"; ` +
            `reference:url,${c}; reference:url,${d}; metadata:${p} ${q}, ${r} ${s}; ` +
            `sid:${index + 1};)`,
        )
        .join('\n')
        .replaceAll(/https:\/\//g, ''),
    holds: (copy) => [
      ...copy
        .split('\n')
        .map((line) => line.replace(/reference:[^;]*;|metadata:[^;]*;/g, ''))
        .sort(),
      ...bag(copy, /reference:[^;]*;|metadata:[^;]*;/g).map((option) =>
        option
          .split(/[:, ;]+/)
          .sort()
          .join(),
      ),
    ],
  },
  {
    format: 'markdown',
    sidecar: `alternates:
  - { text: "in order to see", other: "so as to find", family: phrase }
orders: [{ first: "- item one", second: "- item two" }]
columns: [{ first: Id, second: Place }]`,
    text: ([a, b, c, d, e, f], [p, q]) => `# ${p}

We wrote it in order to see \`${a}\` and ${b}.

- item one
- item two

| Id | Place | Note |
|---|:--|---|
| ${c} | ${d} | ${p} |
| ${e} | ${f} | ${q} |

[${p}]: https://a.example/${q} "${f?.replaceAll(/["\\]/g, '')}"
[${q}]: https://b.example/${p}
`,
    holds: (copy) =>
      copy
        .replace(/in order to see|so as to find/, '')
        .split(/[\s|]+/)
        .sort(),
  },
  {
    format: 'csaf',
    sidecar: `alternates:
  - { text: "in order to see", other: "so as to find", family: phrase }
  - { text: "is not affected", other: "has no such fault", family: phrase }
  - { text: "write to the maker", other: "send the maker a letter", family: phrase }`,
    text: ([a, b, c, d, e, f]) =>
      JSON.stringify({
        document: {
          title: `in order to hear ${a}`,
          publisher: { name: b },
          tracking: { id: c },
          notes: [
            {
              category: 'summary',
              text: `We wrote it in order to see ${d}. ${e} is not affected.`,
            },
          ],
        },
        vulnerabilities: [
          {
            cve: f,
            remediations: [{ category: 'mitigation', details: `${a}: write to the maker` }],
          },
        ],
      }),
    holds: (copy) => [
      copy
        .replace(/in order to see|so as to find/, '')
        .replace(/is not affected|has no such fault/, '')
        .replace(/write to the maker|send the maker a letter/, ''),
    ],
  },
];

for (const { format, sidecar, text, holds } of kinds) {
  test(`${format}: no copy has another id, hash, value, name, author or licence`, () => {
    let slots = 0;
    const property = fc.property(facts, words, (some, others) => {
      const master = text(some, others);
      const { table } = freezeSlots({
        artifact: '4e1f0c51-3f3a-4c6e-9d55-0d2f6f0a7c10' as ArtifactId,
        version: 1,
        format,
        text: master,
        sidecar: sidecar === null ? null : parseSidecar(sidecar),
        earlier: [],
      });
      slots += table.slots.length;
      for (const copy of copiesOf(master, table)) assert.deepEqual(holds(copy), holds(master));
    });
    fc.assert(property, { numRuns: 15 });
    assert.ok(slots >= 15 * 3, `${slots} slots`);
  });
}

test('canaries: a copy is its master but for the placeholder', () => {
  const id = '3f2b8c1e-0000-4000-8000-000000000002';
  const value = Buffer.alloc(32, 0xab);
  const property = fc.property(facts, words, (some, others) => {
    const master = `${some.join('\n')}\nid "${id}" ${others.join(' ')} "${id}"\n`;
    const { table } = freezeSlots({
      artifact: '4e1f0c51-3f3a-4c6e-9d55-0d2f6f0a7c10' as ArtifactId,
      version: 1,
      format: 'text',
      text: master,
      sidecar: parseSidecar(`canaries: [{ text: "${id}", form: guid }]`),
      earlier: [],
    });
    const [copy = ''] = copiesOf(master, table, value);
    assert.notEqual(copy, master);
    assert.equal(copy.replaceAll('abababab-abab-4bab-abab-abababababab', id), master);
  });
  fc.assert(property, { numRuns: 15 });
});
