// SPDX-License-Identifier: MIT
import {beforeAll, beforeEach, describe, expect, it} from 'vitest';
import type {Op} from './helper/guard.js';
import {SIZES, useIntruders} from './helper/intruders.js';
import {useLab} from './helper/lab.js';
import {expectRefusal} from './helper/refusal.js';
import {programHas} from './helper/release.js';
import {vm} from './runner/shared.js';

// /tmp/suffix/{,area/deep/}
//   letter.docx   the owner gets in
//   work.tmp      not guarded
// /tmp/suffix/other/none/   another directory
const lab = useLab('suffix');
const intruders = useIntruders(lab);
const letter = lab.path('letter.docx');
const work = lab.path('work.tmp');
let rule: number;

beforeAll(async () => {
  await vm.ok(
    `cd ${lab.directory} && mkdir -p area/deep/deeper other/none &&
     for at in . area area/deep; do printf dear >$at/letter.docx; printf raw >$at/work.tmp; done`,
  );
});

/** What is there, and what a refused access would have made. */
const SEEN = 'letter.docx work.tmp area/deep/letter.docx new.docx .docx work.docx letter.tmp';

const everything = (): Promise<string[]> => lab.owner.showAll(SEEN.split(' ').map(lab.path));

describe('a suffix that counts everywhere', () => {
  beforeEach(async () => {
    rule = (await lab.guard.add(undefined, {suffix: '.docx', pids: [lab.owner.pid]})).id;
  });

  const ROWS: [route: string, op: Op, first: string, second?: string][] = [
    ['open', 'read', 'letter.docx'],
    ['open-write', 'write', 'letter.docx'],
    ['open', 'read', 'area/deep/letter.docx'],
    ['handle', 'read', 'letter.docx'],
    ['uring-open', 'read', 'letter.docx'],
    ['open-excl', 'create', 'new.docx'],
    ['symlink', 'create', 'new.docx'],
    ['mkdir', 'create', 'new.docx'],
    ['open-excl', 'create', '.docx'],
    ['unlink', 'delete', 'letter.docx'],
    ['rename', 'rename', 'work.tmp', 'work.docx'],
    ['rename', 'rename', 'work.tmp', 'letter.docx'],
    ['rename', 'rename', 'letter.docx', 'letter.tmp'],
    ['rename-exchange', 'rename', 'work.tmp', 'letter.docx'],
    ['link', 'link', 'letter.docx', 'letter.tmp'],
    ['link', 'create', 'work.tmp', 'work.docx'],
    ['rename-whiteout', 'rename', 'work.tmp', 'letter.docx'],
    ['truncate', 'truncate', 'letter.docx'],
    ['truncate64', 'truncate', 'letter.docx'],
    ['openat-create', 'create', 'new.docx'],
    ['bind', 'create', 'new.docx'],
    ['socketcall-bind', 'create', 'new.docx'],
  ];

  describe.each(SIZES)('and refuses a %s', (program) => {
    it.each(ROWS.filter(([route]) => programHas(program, route)))(
      '%s as %s: %s %s',
      async (route, op, first, second) => {
        await expectRefusal({
          actor: intruders[program],
          watcher: intruders.watcher,
          words: [route, lab.path(first), ...(second ? [lab.path(second)] : [])],
          op,
          rule,
          path: lab.path(first),
          unchanged: everything,
        });
      },
    );
  });

  it('is the end of the name and nothing else', async () => {
    await vm.ok(
      `cd ${lab.directory} && touch a.doc a.docx.bak docx .doc a.DOCX && mkdir -p x.docx-not`,
    );
    for (const name of ['a.doc', 'a.docx.bak', 'docx', '.doc', 'a.DOCX', 'work.tmp'])
      expect([name, await lab.intruder.do('open-rdwr', lab.path(name))]).toEqual([name, 'OK']);
  });

  it('lets the allowed process in', async () => {
    expect(await lab.owner.do('open-rdwr', letter)).toBe('OK');
    expect(await lab.owner.do('rename', work, lab.path('work.docx'))).toBe('OK');
    expect(await lab.intruder.do('open', lab.path('work.docx'))).toBe('EACCES');
    expect(await lab.owner.do('rename', lab.path('work.docx'), work)).toBe('OK');
    expect(await lab.intruder.do('open', work)).toBe('OK');
  });

  it('stands beside suffixes of other lengths', async () => {
    await lab.guard.add(undefined, {suffix: '~'});
    await lab.guard.add(undefined, {suffix: '.k'});
    await lab.guard.add(undefined, {suffix: `.${'s'.repeat(254)}`});
    for (const name of ['a~', 'a.k', `.${'s'.repeat(254)}`, 'new.docx'])
      expect([name, await lab.intruder.do('open-excl', lab.path(name))]).toEqual([name, 'EACCES']);
    for (const name of ['a.kk', 's'.repeat(255), 'a.xk', 'b'])
      expect([name, await lab.intruder.do('open-excl', lab.path(name))]).toEqual([name, 'OK']);
    await lab.guard.clear();
    expect(await lab.intruder.do('open-excl', lab.path('a~'))).toBe('OK');
  });
});

describe('a suffix below a directory', () => {
  beforeEach(async () => {
    await lab.guard.clear();
    rule = (await lab.guard.add(lab.path('area'), {suffix: '.docx', pids: [lab.owner.pid]})).id;
  });

  it('counts there at every depth, and nowhere else', async () => {
    for (const name of ['area/letter.docx', 'area/deep/letter.docx'])
      expect([name, await lab.intruder.do('open', lab.path(name))]).toEqual([name, 'EACCES']);
    for (const name of ['letter.docx', 'area/work.tmp', 'area/deep/work.tmp'])
      expect([name, await lab.intruder.do('open', lab.path(name))]).toEqual([name, 'OK']);
    for (const name of ['area/new.docx', 'area/deep/new.docx'])
      expect([name, await lab.intruder.do('open-excl', lab.path(name))]).toEqual([name, 'EACCES']);
    expect(await lab.intruder.do('rename', letter, lab.path('area/in.docx'))).toBe('EACCES');
    expect(await lab.intruder.do('rename', lab.path('area/letter.docx'), lab.path('out'))).toBe(
      'EACCES',
    );
  });

  it('lets directories move below it, beside it and into it', async () => {
    for (const [route, first, second] of [
      ['rename', 'area/deep/deeper', 'area/deeper'],
      ['rename-exchange', 'area/deeper', 'area/deep'],
      ['rename-exchange', 'area/deeper', 'area/deep'],
      ['rename', 'area/deeper', 'area/deep/deeper'],
      ['rename', 'other/none', 'none'],
      ['rename', 'none', 'area/none'],
    ] as const)
      expect([route, first, await lab.intruder.do(route, ...[first, second].map(lab.path))]).toEqual(
        [route, first, 'OK'],
      );
    expect(await lab.intruder.do('rename', lab.path('area/none'), lab.path('none'))).toBe('EACCES');
    expect(await lab.owner.do('rename', lab.path('area/none'), lab.path('other/none'))).toBe('OK');
  });

  it('stands beside the same suffix below another, and everywhere', async () => {
    await lab.guard.add(lab.path('area/deep'), {suffix: '.docx', pids: [lab.intruder.pid]});
    expect(await lab.guard.list()).toMatchObject([
      {path: lab.path('area'), suffix: '.docx'},
      {path: lab.path('area/deep'), suffix: '.docx'},
    ]);
    // At equal rank the refusal wins.
    expect(await lab.intruder.do('open', lab.path('area/deep/letter.docx'))).toBe('EACCES');
    expect(await lab.owner.do('open', lab.path('area/deep/letter.docx'))).toBe('EACCES');
    expect(await lab.owner.do('open', lab.path('area/letter.docx'))).toBe('OK');
  });
});

describe('where a suffix counts below it, a directory cannot leave', () => {
  const movers = useIntruders(lab);

  beforeEach(async () => {
    await lab.guard.clear();
    rule = (await lab.guard.add(lab.path('area'), {suffix: '.docx', pids: [lab.owner.pid]})).id;
  });

  const MOVES: [route: string, first: string, second: string][] = [
    ['rename', 'area/deep', 'away'],
    ['renameat', 'area/deep', 'other/away'],
    ['rename', 'area/deep', 'other/none'],
    ['rename', 'area/deep/deeper', 'away'],
    ['uring-rename', 'area/deep', 'away'],
    ['rename-whiteout', 'area/deep', 'away'],
    ['rename-exchange', 'area/deep', 'other'],
    ['rename-exchange', 'other', 'area/deep'],
    ['uring-rename-exchange', 'area/deep', 'letter.docx'],
  ];

  describe.each(SIZES)('when a %s moves it', (program) => {
    it.each(MOVES)('by %s: %s %s', async (route, first, second) => {
      await expectRefusal({
        actor: movers[program],
        watcher: movers.watcher,
        words: [route, lab.path(first), lab.path(second)],
        op: 'rename',
        rule,
        path: lab.path(first),
        unchanged: () => lab.owner.showAll([...SEEN.split(' '), 'away', 'other'].map(lab.path)),
      });
    });
  });
});

describe('the rank of a suffix', () => {
  const file = lab.path('area/letter.docx');

  beforeEach(async () => {
    await lab.guard.clear();
    await lab.guard.add(undefined, {suffix: '.docx'});
    expect(await lab.intruder.do('open', file)).toBe('EACCES');
  });

  it('is below that of a tree', async () => {
    await lab.guard.add(lab.path('area'), {tree: true, pids: [lab.intruder.pid]});
    expect(await lab.intruder.do('open', file)).toBe('OK');
    expect(await lab.intruder.do('open', letter)).toBe('EACCES');
  });

  it('is below that of a path', async () => {
    await lab.guard.add(file, {pids: [lab.intruder.pid]});
    expect(await lab.intruder.do('open', file)).toBe('OK');
  });

  it('does not save from the refusal of a path', async () => {
    await lab.guard.add(undefined, {suffix: '.docx', pids: [lab.intruder.pid]});
    expect(await lab.intruder.do('open', file)).toBe('OK');
    await lab.guard.add(file);
    expect(await lab.intruder.do('open', file)).toBe('EACCES');
  });
});
