// SPDX-License-Identifier: MIT
import {beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {Guard, maskOf} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/many/
//   secret, a, b    guarded in turn
//   crowd/          where thousands of names are guarded that are not there
const lab = useLab('many');
const crowd = lab.path('crowd/');

interface Listing {
  rules: number;
  ofPrefix: number;
  ordered: boolean;
}

beforeAll(async () => {
  await vm.ok(`cd ${lab.directory} && mkdir crowd other && touch secret a b`);
});

beforeEach(() => lab.guard.clear());

const listing = (prefix: string): Promise<Listing> => lab.guard.do('tally-list', {prefix});

describe('ten thousand rules', () => {
  it('load, decide, are listed and removed', async () => {
    await lab.guard.do('add-many', {prefix: crowd, count: 10_000});
    expect(await listing(crowd)).toMatchObject({rules: 10_000, ofPrefix: 10_000, ordered: true});
    expect((await lab.guard.status()).rules).toBe(10_000);
    for (const name of ['0', '4711', '9999'])
      expect(await lab.intruder.do('mknod', crowd + name)).toBe('EACCES');
    expect(await lab.intruder.do('mknod', `${crowd}10000`)).toBe('OK');
    await lab.guard.do('del-many', {prefix: crowd, count: 10_000});
    expect((await lab.guard.status()).rules).toBe(0);
    expect(await lab.intruder.do('mknod', `${crowd}4711`)).toBe('OK');
    await vm.ok(`rm ${crowd}10000 ${crowd}4711`);
  });

  it('added again replace each other', async () => {
    await lab.guard.do('add-many', {prefix: crowd, count: 3000});
    await lab.guard.do('add-many', {prefix: crowd, count: 3000});
    expect(await listing(crowd)).toMatchObject({rules: 3000, ordered: true});
  });
});

describe('a hundred thousand rules', () => {
  it('are set in one step, listed and cleared', async () => {
    await lab.guard.do('set-many', {prefix: crowd, count: 100_000, also: lab.path('secret')});
    expect(await listing(crowd)).toMatchObject({rules: 100_001, ofPrefix: 100_000, ordered: true});
    expect(await lab.intruder.do('open', lab.path('secret'))).toBe('EACCES');
    expect(await lab.intruder.do('mknod', `${crowd}99999`)).toBe('EACCES');
    await lab.guard.clear();
    expect((await lab.guard.status()).rules).toBe(0);
    expect(await lab.intruder.do('open', lab.path('secret'))).toBe('OK');
  });
});

describe('more rules that name one user, and each another besides, than are heard one by one', () => {
  it('refuse also that user what is on the way, and name one of them', async () => {
    const [user, way] = [4242, lab.path('crowd')];
    const member = await Actor.start({through: ['setpriv', `--reuid=${user}`, '--clear-groups']});
    const watcher = await Watcher.start({verdict: 'deny', pids: [member.pid]});
    const load = (count: number): Promise<unknown> =>
      lab.guard.do('add-alike', {prefix: crowd, count, each: 1, uids: user});
    await vm.ok(`chmod 777 ${lab.directory} ${way}`);
    await load(1000);
    expect(await member.do('rename', way, lab.path('gone'))).toBe('OK');
    expect(await member.do('rename', lab.path('gone'), way)).toBe('OK');
    await load(1100);
    expect(await member.do('rename', way, lab.path('gone'))).toBe('EACCES');
    const {rule} = await watcher.next();
    expect((await lab.guard.list()).map(({id}) => id)).toContain(rule);
    await lab.guard.clear();
    await watcher.end();
    await member.end();
  });

  it('refuse also what few of those are about that are not heard', async () => {
    await lab.guard.do('add-alike', {prefix: crowd, count: 1100, each: 1, ops: maskOf(['read'])});
    const {id} = await lab.guard.add(`${crowd}last`, {ops: ['mount']});
    const watcher = await Watcher.start({verdict: 'deny', pids: [lab.owner.pid]});
    expect(await lab.owner.do('mount-bind', lab.path('crowd'), lab.path('other'))).toBe('EACCES');
    expect(await watcher.next()).toMatchObject({op: 'mount', rule: id});
    await lab.guard.do('del', {path: `${crowd}last`});
    expect(await lab.owner.do('mount-bind', lab.path('crowd'), lab.path('other'))).toBe('OK');
    await vm.ok(['umount', lab.path('crowd')]);
    await watcher.end();
  });
});

describe('while rules change', () => {
  it('a list shows what was there throughout, once', async () => {
    await lab.guard.do('add-many', {prefix: crowd, count: 2000});
    const other = new Guard();
    await other.do('churn', {times: 60, prefix: lab.path('churn'), count: 500});
    for (let i = 0; i < 20; i++)
      expect(await listing(crowd)).toMatchObject({ofPrefix: 2000, ordered: true});
    expect(await other.answer()).toEqual({churning: false});
    await other.end();
    expect(await listing(crowd)).toMatchObject({rules: 2000});
  });

  it('an object of both sets is never open while the sets are swapped', async () => {
    const [secret, a, b] = ['secret', 'a', 'b'].map((name) => lab.path(name));
    await lab.guard.do('swap', {times: 1, common: secret, a, b});
    expect(await lab.intruder.do('spin', 'open', secret ?? '')).toBe('spinning');
    expect(await lab.owner.do('spin', 'open', a ?? '')).toBe('spinning');
    expect(await lab.guard.do('swap', {times: 300, common: secret, a, b})).toEqual({swaps: 300});
    expect(await lab.intruder.do('stat', secret ?? '')).toMatch(/^EACCES=\d{3,}$/);
    // The witness that sets were swapped: what is in one of them only comes and goes.
    expect(await lab.owner.do('stat', a ?? '')).toMatch(/^OK=\d+ EACCES=\d+$/);
    for (const actor of [lab.intruder, lab.owner]) expect(await actor.answer()).toBe('OK');
  });

  it('an object is never open while its rule is replaced by another', async () => {
    const secret = lab.path('secret');
    await lab.guard.add(secret);
    expect(await lab.intruder.do('spin', 'open', secret)).toBe('spinning');
    for (let i = 0; i < 100; i++) await lab.guard.add(secret, {error: i % 2 ? 'EPERM' : 'ENOENT'});
    expect(await lab.intruder.do('stat', secret)).not.toContain('OK');
    expect(await lab.intruder.answer()).toBe('OK');
  });
});
