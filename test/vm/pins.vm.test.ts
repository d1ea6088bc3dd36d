// SPDX-License-Identifier: MIT
import {beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {SIZES, useIntruders} from './helper/intruders.js';
import {useLab} from './helper/lab.js';
import {expectRefusal} from './helper/refusal.js';
import {vm} from './runner/shared.js';

// /tmp/pins/
//   a/b/c/secret     guarded: the owner gets in
//   a/b/c/absent     not there, and guarded as well
//   fake/b/c/secret  what an intruder would like to put there
//   a/beside/        a directory that nobody minds
const lab = useLab('pins');
const intruders = useIntruders(lab);
const secret = lab.path('a/b/c/secret');
let rule: number;

beforeAll(async () => {
  await vm.ok(
    `cd ${lab.directory} && mkdir -p a/b/c a/beside fake/b/c empty && printf treasure >a/b/c/secret &&
     printf bait >fake/b/c/secret`,
  );
});

beforeEach(async () => {
  rule = (await lab.guard.add(secret, {pids: [lab.owner.pid]})).id;
});

/** What is there, and where it would go. */
const SEEN = 'a a/b a/b/c a/b/c/secret a/c fake fake/b fake/b/c gone empty';

const tree = (): Promise<string[]> => lab.owner.showAll(SEEN.split(' ').map(lab.path));

const ROWS: [route: string, first: string, second: string][] = [
  ['rename', 'a', 'gone'],
  ['rename', 'a/b', 'gone'],
  ['rename', 'a/b/c', 'gone'],
  ['rename', 'a/b/c', 'a/c'],
  ['renameat', 'a', 'gone'],
  ['rename-noreplace', 'a', 'gone'],
  ['rename-whiteout', 'a/b', 'gone'],
  ['uring-rename', 'a/b', 'gone'],
  ['uring-rename-exchange', 'fake', 'a'],
  ['rename-exchange', 'a', 'fake'],
  ['rename-exchange', 'fake/b', 'a/b'],
  ['rename-exchange', 'a/b/c', 'fake/b/c'],
];

describe.each(SIZES)('for a %s a directory on the way', (program) => {
  it.each(ROWS)('cannot be moved by %s: %s %s', async (route, first, second) => {
    await expectRefusal({
      actor: intruders[program],
      watcher: intruders.watcher,
      words: [route, lab.path(first), lab.path(second)],
      op: 'rename',
      rule,
      path: lab.path(first),
      unchanged: tree,
    });
  });

  it('cannot be removed or replaced', async () => {
    expect(await intruders[program].do('rmdir', lab.path('a/b/c'))).toBe('ENOTEMPTY');
    expect(await intruders[program].do('uring-rmdir', lab.path('a/b/c'))).toBe('ENOTEMPTY');
    await expectRefusal({
      actor: intruders[program],
      watcher: intruders.watcher,
      words: ['rename', lab.path('empty'), lab.path('a/b')],
      op: 'rename',
      rule,
      path: lab.path('empty'),
      unchanged: tree,
    });
  });
});

describe('a directory on the way to a guarded file', () => {
  it('does not keep what is beside it', async () => {
    expect(await lab.intruder.do('rename', lab.path('a/beside'), lab.path('a/moved'))).toBe('OK');
    expect(await lab.intruder.do('rename', lab.path('a/moved'), lab.path('a/beside'))).toBe('OK');
    expect(await lab.intruder.do('mkdir', lab.path('a/b/new'))).toBe('OK');
    expect(await lab.intruder.do('rmdir', lab.path('a/b/new'))).toBe('OK');
  });

  it('is kept for an object that is not there yet', async () => {
    await lab.guard.clear();
    await lab.guard.add(lab.path('a/b/c/absent'), {pids: [lab.owner.pid]});
    for (const name of ['a', 'a/b', 'a/b/c'])
      expect([name, await lab.intruder.do('rename', lab.path(name), lab.path('gone'))]).toEqual([
        name,
        'EACCES',
      ]);
    for (let i = 0; i < 3; i++) await intruders.watcher.next();
    await lab.guard.clear();
  });

  it('is not kept by a rule that is not about renaming, nor after the rule', async () => {
    await lab.guard.add(secret, {ops: ['read']});
    expect(await lab.intruder.do('rename', lab.path('a/b'), lab.path('a/z'))).toBe('OK');
    expect(await lab.intruder.do('open', lab.path('a/z/c/secret'))).toBe('EACCES');
    await intruders.watcher.next();
    expect(await lab.intruder.do('rename', lab.path('a/z'), lab.path('a/b'))).toBe('OK');
    await lab.guard.clear();
    expect(await lab.intruder.do('rename', lab.path('a/b'), lab.path('a/z'))).toBe('OK');
    expect(await lab.intruder.do('rename', lab.path('a/z'), lab.path('a/b'))).toBe('OK');
  });
});

describe('the allowed process', () => {
  it('may move a directory, and the file stays guarded where it goes', async () => {
    expect(await lab.owner.do('rename', lab.path('a/b'), lab.path('a/z'))).toBe('OK');
    const moved = lab.path('a/z/c/secret');
    expect(await lab.intruder.do('open', moved)).toBe('EACCES');
    expect(await lab.intruder.do('unlink', moved)).toBe('EACCES');
    expect(await lab.intruder.do('rename', lab.path('a/z'), lab.path('gone'))).toBe('EACCES');
    expect(await lab.owner.do('unlink', moved)).toBe('OK');
    expect(await lab.intruder.do('open-excl', moved)).toBe('EACCES');
    expect(await lab.owner.do('write', moved, 'again')).toBe('OK');
    expect(await lab.intruder.do('open', moved)).toBe('EACCES');
    expect(await lab.owner.do('rename', lab.path('a/z'), lab.path('a/b'))).toBe('OK');
    expect(await lab.intruder.do('open', secret)).toBe('EACCES');
  });
});
