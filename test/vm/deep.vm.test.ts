// SPDX-License-Identifier: MIT
// Rules about single objects with the longest names, as deep as paths go.
import {afterEach, beforeAll, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import type {Op} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import {Watcher} from './helper/watcher.js';

// /tmp/deep/d/d/…/NAME   guarded, at each of DEPTHS; NAME has 255 bytes, or few
// /tmp/deep/LONG/LONG/…  directories of 255 bytes, deeper than PATH_MAX
const DEPTHS = [21, 64, 200];
const NAMES = ['secret', 'n'.repeat(255)];
const lab = useLab('deep');

beforeAll(async () => {
  expect(await lab.owner.do('dig', lab.directory, Math.max(...DEPTHS), 'd')).toBe('OK');
});

afterEach(() => lab.guard.clear());

const WAYS: [route: string, op: Op][] = [
  ['open', 'read'],
  ['open-write', 'write'],
  ['uring-open', 'read'],
  ['handle', 'read'],
  ['truncate', 'truncate'],
  ['chmod', 'attr'],
  ['unlink', 'delete'],
];

async function expectGuarded(actor: Actor, file: string, rule: number): Promise<void> {
  const watcher = await Watcher.start({verdict: 'deny', pids: [actor.pid]});
  const before = await lab.owner.show(file);
  for (const [route, op] of WAYS) {
    expect([route, await actor.do(route, file)]).toEqual([route, 'EACCES']);
    expect(await watcher.next()).toMatchObject({op, rule, path: file, cut: 0});
  }
  for (const route of ['rename', 'link']) {
    expect([route, await actor.do(route, file, lab.path('away'))]).toEqual([route, 'EACCES']);
    expect(await watcher.next()).toMatchObject({op: route, rule, path: file, cut: 0});
  }
  expect(await lab.owner.show(file)).toBe(before);
  expect(before).toContain('content=treasure');
  await watcher.end();
}

describe.each(DEPTHS)('an object %i directories deep', (depth) => {
  it.each(NAMES)('is guarded: %s', async (name) => {
    const file = `${lab.directory}/${'d/'.repeat(depth)}${name}`;
    const small = await Actor.start({program: 'try32'});
    expect(await lab.owner.do('write', file, 'treasure')).toBe('OK');
    const {id} = await lab.guard.add(file, {pids: [lab.owner.pid]});
    await expectGuarded(lab.intruder, file, id);
    await expectGuarded(small, file, id);
    await small.end();
  });
});

describe('an object that no path reaches', () => {
  it('is guarded by the rule that was made where a path did', async () => {
    const long = 'p'.repeat(255);
    expect(await lab.owner.do('dig', lab.directory, 10, long)).toBe('OK');
    const file = `${lab.directory}/${`${long}/`.repeat(10)}secret`;
    expect(await lab.owner.do('write', file, 'treasure')).toBe('OK');
    const {id} = await lab.guard.add(file, {pids: [lab.owner.pid], ops: ['read', 'write']});
    // the way to it gets longer than PATH_MAX
    expect(await lab.owner.do('dig', lab.directory, 8, 'q'.repeat(255))).toBe('OK');
    const below = ['below', lab.directory, 8, 'q'.repeat(255)];
    const from = `${lab.directory}/${long}`;
    expect(await lab.owner.do(...below, 'rename', from, long)).toBe('OK');
    const watcher = await Watcher.start({verdict: 'deny', pids: [lab.intruder.pid]});
    const name = `${`${long}/`.repeat(10)}secret`;
    for (const [route, op] of [
      ['open', 'read'],
      ['open-write', 'write'],
    ] as const) {
      expect([route, await lab.intruder.do(...below, route, name)]).toEqual([route, 'EACCES']);
      expect(await watcher.next()).toMatchObject({op, rule: id, cut: 1});
    }
    expect(await lab.owner.do(...below, 'open', name)).toBe('OK');
    await watcher.end();
  });
});
