// SPDX-License-Identifier: MIT
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {Actor} from '../helper/actor.js';
import {useLab} from '../helper/lab.js';
import {Watcher} from '../helper/watcher.js';
import {vm} from '../runner/shared.js';
import {attemptDo, beginFaults, endFaults, feed, starve, untilWhole} from './faults.js';

// /tmp/module/secret   guarded
const lab = useLab('module');
const secret = lab.path('secret');

afterAll(endFaults);

beforeAll(async () => {
  await beginFaults();
  expect(await lab.owner.do('write', secret, 'treasure')).toBe('OK');
});

describe('a delivery for which memory is short', () => {
  const ACCESSES = 2000;

  afterAll(feed);

  it('is late, and whole', async () => {
    await lab.guard.add(secret);
    const watcher = await Watcher.start();
    await starve((await vm.ok(`pgrep '^fguard/'`)).trim());
    const counts = await lab.intruder.do('repeat', ACCESSES, 'open', secret);
    expect(counts).toBe(`EACCES=${ACCESSES}`);
    for (let seq = 1; seq <= ACCESSES; seq++)
      expect(await watcher.next()).toMatchObject({seq, type: 'access', verdict: 'deny'});
    await watcher.end();
  });
});

/**
 * There are more than two thousand, and to insert, try and remove it takes over a second;
 * what is allocated for one hook is for each, fewer times than this.
 */
const STEP = 11;

describe('the module, for which memory is short', () => {
  let loader: Actor;

  beforeAll(async () => {
    loader = await Actor.start();
    await lab.guard.clear();
    await vm.ok('rmmod fguard');
  });

  afterAll(async () => {
    await loader.end();
    await vm.ok('modprobe fguard');
    await lab.reconnect();
  });

  it('is inserted whole, or not at all', async () => {
    const file = lab.path('fguard.ko');
    // what the kernel checks of the types of a module fails with ELOOP, and before it starts
    await vm.ok(
      `objcopy --strip-debug --remove-section=.BTF $(modinfo -F filename fguard) ${file}`,
    );
    const faults = await untilWhole(async (nth) => {
      const {result, injected} = await attemptDo(loader, nth, 'insert', file);
      const where = `allocation ${nth}: ${result}`;
      if (result === 'OK') {
        await lab.reconnect();
        const {hooks} = await lab.guard.status();
        expect(Object.values(hooks), where).not.toContain('missing');
        // all operations would take four seconds, and every hook is found alike
        await lab.guard.add(secret, {ops: ['read']});
        expect(await lab.intruder.do('open', secret), where).toBe('EACCES');
        await lab.guard.clear();
        await vm.ok('rmmod fguard');
      } else {
        expect(result, where).toBe('ENOMEM');
        expect((await vm.run('grep -q ^fguard /proc/modules')).code, where).toBe(1);
      }
      return injected;
    }, STEP);
    expect(faults).toBeGreaterThan(50);
  });
});
