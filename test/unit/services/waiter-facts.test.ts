// SPDX-License-Identifier: MIT
import {linkSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';

import {waiterFacts} from '../../../src/services/agent/facts.js';
import {newFolder} from '../folder.js';
import {QUESTION} from '../question.js';

const ME = {...QUESTION, pid: process.pid, tid: process.pid};
const NOBODY = 2 ** 22 + 1;

describe('a waiter', () => {
  it('that is here runs what it runs, and sees what we see', () => {
    const facts = waiterFacts(ME);
    expect(facts.runs(process.execPath)).toBe(true);
    expect(facts.runs('/bin/sh')).toBe(false);
    expect(facts.sharesView()).toBe(true);
    expect(facts.seesMount('/proc')).toBe(true);
    expect(facts.seesMount('/proc/self')).toBe(false);
  });

  it('is looked at by its thread: one may see what its process does not', () => {
    expect(waiterFacts({...ME, tid: NOBODY}).sharesView()).toBe(false);
    expect(waiterFacts({...ME, pid: NOBODY}).sharesView()).toBe(true);
  });

  it('that cannot be looked at may see anything', () => {
    const facts = waiterFacts({...ME, tid: NOBODY});
    expect(facts.runs(process.execPath)).toBe(false);
    expect(facts.seesMount('/srv/a.docx')).toBe(true);
  });

  it('may mean a file by its hard link, and does not by a symbolic one', () => {
    const folder = newFolder();
    const [file, hard, soft] = ['file', 'hard', 'soft'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(file, '');
    linkSync(file, hard);
    symlinkSync(file, soft);
    const facts = waiterFacts(ME);
    const isSame = (other: string): boolean => facts.isSame(file, other);
    expect([hard, soft, join(folder, 'no')].map(isSame)).toEqual([true, false, false]);
  });
});
