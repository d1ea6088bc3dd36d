// SPDX-License-Identifier: MIT
import koffi from 'koffi';
import {readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';

import {TYPES} from '../../src/native/structs.js';
import {BATCH_MAX} from '../../src/native/stream.js';
import * as generated from '../../src/domain/uapi.gen.js';
import {ROOT, runC} from './compile.js';

interface Generator {
  generate: () => ReadonlyMap<string, string>;
}

const {generate} = (await import(`${ROOT}scripts/gen-uapi.mjs`)) as Generator;

const STRUCTS = [
  'fguard_record',
  'fguard_access_record',
  'fguard_gap_record',
  'fguard_question_record',
  'fguard_closed_record',
] as const;

type Table = Readonly<Record<string, number>>;

/** Lines of C that print "name value". */
const print = (name: string, value: string): string =>
  `printf("%s %llu\\n", "${name}", (unsigned long long)(${value}));\n`;

function ask(questions: readonly (readonly [string, string])[]): Map<string, number> {
  const body = questions.map(([name, value]) => print(name, value)).join('');
  const headers = '#include <stdio.h>\n#include <stddef.h>\n#include <fguard.h>\n';
  const answers = runC(`${headers}int main(void)\n{\n${body}return 0;\n}\n`).trimEnd().split('\n');
  return new Map(
    answers.map((line): [string, number] => {
      const [name = '', value] = line.split(' ');
      return [name, Number(value)];
    }),
  );
}

const layoutQuestions = (struct: string, members: readonly string[]): [string, string][] => [
  [`${struct}.SIZE`, `sizeof(struct ${struct})`],
  ...members.map((member): [string, string] => [
    `${struct}.${member}`,
    `offsetof(struct ${struct}, ${member})`,
  ]),
];

describe('the generated protocol', () => {
  it.each([...generate()])('is in %s what the generator makes of the headers now', (file, text) => {
    expect(readFileSync(`${ROOT}${file}`, 'utf8')).toBe(text);
  });

  it('has the numbers a C compiler finds in the header', () => {
    const structs: readonly string[] = STRUCTS;
    const values: [string, unknown][] = Object.entries(generated);
    const expected = new Map(
      values.flatMap(([name, value]): [string, number][] => {
        if (typeof value === 'number') return [[name, value]];
        const isEnum = typeof value === 'object' && !structs.includes(name);
        return isEnum ? Object.entries(value as Table) : [];
      }),
    );
    expect(expected.size).toBeGreaterThan(80);
    expect(ask([...expected.keys()].map((name) => [name, name]))).toEqual(expected);
  });

  it('has the layouts a C compiler finds in the header', () => {
    for (const struct of STRUCTS) {
      const layout: Table = generated[struct];
      const members = Object.keys(layout).filter((name) => name !== 'SIZE');
      const found = ask(layoutQuestions(struct, members));
      const named = Object.entries(layout).map(([name, at]): [string, number] => [
        `${struct}.${name}`,
        at,
      ]);
      expect(found).toEqual(new Map(named));
    }
  });
});

describe('the library as koffi sees it', () => {
  it.each(Object.values(TYPES).map((type) => [type.name, type] as const))(
    'struct %s has the layout of the C header',
    (name, type) => {
      const members = Object.values(type.members ?? {});
      const found = ask(
        layoutQuestions(
          name,
          members.map((member) => member.name),
        ),
      );
      const described = members.map((m): [string, number] => [`${name}.${m.name}`, m.offset]);
      expect(found).toEqual(new Map([[`${name}.SIZE`, koffi.sizeof(type)], ...described]));
    },
  );

  it('a buffer holds the largest batch', () => {
    expect(ask([['FGUARD_BATCH_MAX', 'FGUARD_BATCH_MAX']]).get('FGUARD_BATCH_MAX')).toBe(BATCH_MAX);
  });
});
