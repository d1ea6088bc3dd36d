// SPDX-License-Identifier: MIT
// Rules against some processes, as `fguard run` makes them, beside those of the machine:
// they say nothing of others, and can only take away.
import {afterEach, beforeAll, describe, expect, it} from 'vitest';
import {useLab} from './helper/lab.js';
import {vm} from './runner/shared.js';

// /tmp/against/tree/{one,sub/two}
const lab = useLab('against');
const [tree, sub] = [lab.path('tree'), lab.path('tree/sub')];
const [one, two] = [`${tree}/one`, `${sub}/two`];

const WAYS = ['open', 'open-write', 'open-rdwr', 'setxattr', 'unlink'] as const;

beforeAll(() => vm.ok(`mkdir -p ${sub} && touch ${one} ${two}`));
afterEach(() => lab.guard.clear());

/** The rule of a run whose command is the owner. */
const against = (path: string, rule: {tree?: boolean; otherwise?: 'ask' | 'log'} = {}) =>
  lab.guard.add(path, {...rule, against: true, pids: [lab.owner.pid]});

describe('a rule against a process, in a tree that is closed', () => {
  it.each(['deny', 'ask', 'log'] as const)('opens it to nobody: %s', async (otherwise) => {
    await lab.guard.add(tree, {tree: true});
    await against(sub, {tree: true, ...(otherwise === 'deny' ? {} : {otherwise})});
    await against(one, otherwise === 'deny' ? {} : {otherwise});
    for (const actor of [lab.intruder, lab.owner])
      for (const file of [one, two])
        for (const way of WAYS)
          expect([actor === lab.owner, file, way, await actor.do(way, file)]).toEqual([
            actor === lab.owner,
            file,
            way,
            'EACCES',
          ]);
  });
});

it('binds whom a closer rule of the machine lets in', async () => {
  await lab.guard.add(two, {pids: [lab.owner.pid]});
  await against(tree, {tree: true});
  for (const way of WAYS) expect([way, await lab.owner.do(way, two)]).toEqual([way, 'EACCES']);
  expect(await lab.intruder.do('open', one)).toBe('OK');
});

it('about an ending does so, too, wherever that counts', async () => {
  const owned = {against: true, pids: [lab.owner.pid], suffix: 'wo'};
  for (const below of [undefined, tree]) {
    await lab.guard.add(two, {pids: [lab.owner.pid]});
    await lab.guard.add(below, owned);
    expect([below, await lab.owner.do('open', two)]).toEqual([below, 'EACCES']);
    expect([below, await lab.intruder.do('open', one)]).toEqual([below, 'OK']);
    await lab.guard.clear();
  }
});

it('gives way to one that is closer to the object', async () => {
  await against(tree, {tree: true});
  await against(two, {otherwise: 'log'});
  for (const way of ['open', 'open-rdwr'])
    expect([await lab.owner.do(way, one), await lab.owner.do(way, two)]).toEqual(['EACCES', 'OK']);
});
