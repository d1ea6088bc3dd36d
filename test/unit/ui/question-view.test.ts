// SPDX-License-Identifier: MIT
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';

import {
  type AskedPerson,
  type Invocation,
  NO_INVOCATION,
  type Question,
} from '../../../src/domain/question.js';
import {commandText, fold, questionLines, tooSmall} from '../../../src/ui/ask/question-view.js';
import {width, words} from '../../../src/ui/width.js';
import {RULE} from '../plain-rule.js';
import {QUESTION} from '../question.js';

const NOW = Number(QUESTION.deadline / 1_000_000n) - 4200;

function lines(
  question: Partial<Question>,
  columns = 80,
  rows = 24,
  invocation = NO_INVOCATION,
): string[] {
  return shown(question, columns, rows, invocation) ?? [];
}

function shown(
  question: Partial<Question>,
  columns: number,
  rows: number,
  invocation = NO_INVOCATION,
): string[] | undefined {
  const asked: AskedPerson = {
    question: {...QUESTION, ...question},
    invocation,
    parents: [{pid: 99, comm: 'ba sh'}],
    rule: RULE,
    others: () => 2,
  };
  const userName = (uid: number): string => (uid === 0 ? 'root' : `user-${uid}`);
  const command = commandText(invocation);
  const view = {columns, rows, enter: 1, now: NOW, ready: true, userName, command};
  return questionLines(asked, view);
}

const called = (...args: string[]): Invocation => ({args, argsCut: false, cwd: '/srv'});

const text = (question: Partial<Question>): string => lines(question).join('\n');

describe('a question for a person', () => {
  it('is not shown in part, for somebody to answer what is not there', () => {
    expect(shown({}, 20, 6)).toBeUndefined();
    expect(shown({}, 80, 7)).toBeUndefined();
    const low = shown({comm: 'x[1]'}, 80, 10)?.join('\n');
    expect(low).toContain('x\\x5b1\\x5d[');
    expect(low).toMatch(/^file .*^program .*Enter: /ms);
    expect(tooSmall({columns: 80, rows: 2})).toHaveLength(1);
  });

  it('counts seconds that have begun', () => {
    expect(text({})).toContain('5 s left, then deny');
    expect(text({deadline: 0n, defaultVerdict: 0})).toContain('0 s left, then allow');
  });

  it('says as whom, and who logged in', () => {
    expect(text({uid: 0, loginuid: 1000})).toContain('root, logged in as user-1000');
    expect(text({uid: 1000, loginuid: 1000})).toMatch(/user +user-1000$/m);
    expect(text({uid: 0, loginuid: null})).toContain('root (no login session)');
  });

  it('says what more than once means', () => {
    const flat = text({op: 5, exe: '/usr/bin/mv', uid: 0}).replace(/\s+/g, ' ');
    expect(flat).toContain('process: every rename covered by rule 7, until the process exits');
    expect(flat).toContain('10m, forever: for mv run by root');
    const script = text({op: 5, exe: '/bin/sh', script: '/srv/a\u001b.sh', uid: 0});
    expect(script.replace(/\s+/g, ' ')).toContain('forever: for the script a\\x1b.sh run by root');
  });

  it('knows nothing of an executable that there is not', () => {
    expect(text({exe: null})).toMatch(/program +unknown/);
  });

  it('says with which arguments, and in which folder', () => {
    const shown = lines({}, 80, 24, called('rm', '-rf', 'a b', '')).join('\n');
    expect(shown).toMatch(/command +rm -rf 'a b' ''$/m);
    expect(shown).toMatch(/folder +\/srv$/m);
    expect(text({})).toMatch(/command +unknown\nfolder +unknown$/m);
  });

  it('leaves room to a long command where others are short', () => {
    const args = Array.from({length: 60}, (_, at) => `--number=${at}`);
    const shown = lines({}, 80, 24, called(...args)).join('');
    expect(shown).toMatch(/--number=0 [^]*… \d+ lines …[^]*59/);
    const large = lines({}, 80, 40, called(...args))
      .join('')
      .replace(/\s+/g, '');
    expect(large).toContain(args.join(''));
  });

  it('fits the terminal, whatever the names and however small it is', () => {
    const name = fc.string({unit: 'binary', minLength: 1, maxLength: 3000});
    fc.assert(
      fc.property(
        name,
        name,
        fc.integer({min: 30, max: 200}),
        fc.integer({min: 16, max: 60}),
        (path, comm, columns, rows) => {
          const invocation = {args: [path, comm], argsCut: true, cwd: path};
          const question = {path, newPath: path, exe: path, comm};
          const shown = lines(question, columns, rows, invocation);
          for (const line of shown) expect(width(line)).toBeLessThan(columns);
          expect(shown.length).toBeLessThan(rows);
          expect(shown.join(' ')).toMatch(/1 once.*5 once.*Enter: deny/);
          expect(shown.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e\u00a0]/);
        },
      ),
      {numRuns: 200},
    );
  });
});

describe('a command line for a person', () => {
  it.each([
    [['a', 'b c'], "a 'b c'"],
    [['\u001b[2J', 'x\ny'], "$'\\x1b[2J' $'x\\x0ay'"],
    [['\udcff'], "$'\\xff'"],
    [['\u202e'], "$'\\xe2\\x80\\xae'"],
    [[], ''],
  ])('%j', (args, shown) => {
    expect(commandText({args, argsCut: false, cwd: null})).toBe(shown);
  });

  it('that is cut, or cannot be seen, says so', () => {
    expect(commandText({args: ['a'], argsCut: true, cwd: null})).toBe('a …');
    expect(commandText({args: null, argsCut: false, cwd: null})).toBe('unknown');
    const long = commandText({args: ['begin', 'x'.repeat(9000), 'end'], argsCut: false, cwd: null});
    expect(long).toMatch(/^begin x+ … x+ end$/);
    expect(long.length).toBeLessThan(4100);
  });
});

describe('folding', () => {
  it('leaves out of the middle, and says how much', () => {
    expect(fold('aabbccddee', 10, 1)).toEqual(['aabbccddee']);
    expect(fold('aabbccddeeff', 5, 1)).toEqual(['aa…ff']);
    expect(fold(`begin${'x'.repeat(1000)}end`, 6, 2)).toEqual(['beginx', '…xxend']);
    expect(fold('aabbccdd', 2, 3)).toEqual(['aa', '… ', 'dd']);
    expect(fold('aabb', 2, 2)).toEqual(['aa', 'bb']);
    expect(fold(`begin${'x'.repeat(100)}end`, 20, 3)).toEqual([
      `begin${'x'.repeat(15)}`,
      '… 4 lines …',
      'xxxxxend',
    ]);
  });

  it('breaks sentences between words, and words that are too long', () => {
    expect(words('one two three', 7)).toEqual(['one two', 'three']);
    expect(words('abcdefgh ij', 3)).toEqual(['abc', 'def', 'gh', 'ij']);
  });
});
