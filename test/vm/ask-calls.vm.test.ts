// SPDX-License-Identifier: MIT
// Calls that cannot be made again once they have begun, or that block after their answer.
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {Answerer, type Answer} from './helper/answerer.js';
import type {RuleRequest} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/ask-calls/
//   vault/{secret,program,fifo}   asked about for everybody but the owner
//   disk/                         a btrfs filesystem
const lab = useLab('ask-calls');
const [vault, disk] = [lab.path('vault'), lab.path('disk')];
const [secret, program, fifo] = [`${vault}/secret`, `${vault}/program`, `${vault}/fifo`];
/** Milliseconds; no test waits for it to pass. */
const LONG = 600_000;

let answerer: Answerer;
let asker: Actor;
let asked: number;

const guard = (rule: RuleRequest = {}, place = vault) =>
  lab.guard.add(place, {
    tree: true,
    otherwise: 'ask',
    deadline: LONG,
    pids: [lab.owner.pid],
    ...rule,
  });

let keeper: Watcher;

// keeps the hooks, which take a while to come and to go
beforeAll(async () => {
  keeper = await Watcher.start({paths: [lab.directory]});
});

beforeEach(async () => {
  await lab.guard.clear();
  await vm.ok(
    `cd ${lab.directory} && rm -rf vault && mkdir -p vault disk && touch vault/secret &&
     mkfifo vault/fifo && cp /bin/true vault/program`,
  );
  answerer = await Answerer.start();
  asker = await Actor.start();
  ({asked} = await lab.guard.status());
});

afterEach(async () => {
  await answerer.end();
  await asker.end();
});

const askedNow = async (): Promise<number> => (await lab.guard.status()).asked - asked;

describe('a program under a strict rule', () => {
  const run = () => asker.do('spawn', program);

  it.each<Answer>([
    {verdict: 'allow', lifetime: 'process'},
    {verdict: 'allow', lifetime: 'time', ttl: LONG},
    {verdict: 'allow', lifetime: 'forever'},
  ])('runs again after it was allowed for longer: $lifetime', async (answer) => {
    await guard({strict: true});
    const first = run();
    expect(await answerer.reply(answer)).toMatchObject({op: 'exec', path: program});
    expect(await first).toBe('OK');
    if (answer.lifetime === 'process') return;
    for (let times = 0; times < 3; times++) expect(await run()).toBe('OK');
    expect(await askedNow()).toBe(1);
  });

  it('that was refused for longer does not run', async () => {
    await guard({strict: true});
    const first = run();
    await answerer.reply({verdict: 'deny', lifetime: 'forever'});
    expect(await first).toBe('EACCES');
    expect(await run()).toBe('EACCES');
  });

  it('that may be run is not to be read for that', async () => {
    await guard({strict: true});
    const first = run();
    await answerer.reply({verdict: 'allow', lifetime: 'forever'});
    await first;
    const read = asker.do('open', program);
    expect(await answerer.reply({verdict: 'deny'})).toMatchObject({op: 'read'});
    expect(await read).toBe('EACCES');
  });
});

describe('who cannot go back has the default', () => {
  it('when it takes a permission event of fanotify, which it keeps', async () => {
    expect(await lab.intruder.do('listen-permits', secret)).toBe('OK');
    const watcher = await Watcher.start({pids: [lab.intruder.pid]});
    await guard({default: 'allow'});
    const opened = asker.do('open', secret);
    await answerer.reply({verdict: 'allow'});
    expect(await lab.intruder.do('permit')).toBe('OK');
    expect(await opened).toBe('OK');
    expect(await watcher.next()).toMatchObject({
      op: 'read',
      path: secret,
      verdict: 'allow',
      reason: 'unaskable',
    });
    expect(await askedNow()).toBe(1);
    await watcher.end();
    // and who listens no more holds nobody up
    await lab.intruder.end();
    lab.intruder = await Actor.start();
  });

  it.each([
    ['allow', 'OK'],
    ['deny', 'EACCES'],
  ] as const)('when it has files share what is the same: %s', async (verdict, result) => {
    const file = lab.path('image');
    await vm.ok(
      `modprobe -a loop btrfs && truncate -s 128M ${file} && mkfs.btrfs -qf ${file} &&
       mount -o loop ${file} ${disk} && dd if=/dev/zero of=${disk}/a bs=4k count=1 status=none &&
       cp --reflink=never ${disk}/a ${disk}/b && sync`,
    );
    expect(await asker.do('dedupe-hold', `${disk}/a`, `${disk}/b`)).toBe('OK');
    await guard({default: verdict, strict: true, tree: false}, `${disk}/b`);
    expect(await asker.do('dedupe')).toBe(result);
    expect(await askedNow()).toBe(0);
    await asker.end();
    await lab.guard.clear();
    await vm.ok(`umount ${disk}`);
  });
});

describe('a call that blocks after its answer', () => {
  const STATUS = () => `/proc/${asker.pid}/status`;
  const untilState = (state: string) =>
    vm.ok(`until grep -q '^State:.${state}' ${STATUS()}; do :; done`);
  const inPipe = () =>
    vm.ok(`until grep -qe fifo -e partner /proc/${asker.pid}/{wchan,stack}; do :; done`);
  const signal = (name: string) =>
    vm.ok(`kill -${name} ${asker.pid}; until grep -q '^ShdPnd:.0*$' ${STATUS()}; do :; done`);

  /** Opens the pipe, and is in there, alone; the promise is not to be awaited yet. */
  async function block(): Promise<[Promise<string>]> {
    const end = asker.do('open', fifo);
    end.catch(() => undefined);
    await answerer.reply({verdict: 'allow'});
    await inPipe();
    return [end];
  }

  it('is not asked about again when it is stopped and goes on', async () => {
    await guard();
    const [end] = await block();
    for (let times = 0; times < 3; times++) {
      await vm.ok(`kill -STOP ${asker.pid}`);
      await untilState('T');
      await vm.ok(`kill -CONT ${asker.pid}`);
      await inPipe();
    }
    expect(await askedNow()).toBe(1);
    expect(await lab.owner.do('open-write', fifo)).toBe('OK');
    expect(await end).toBe('OK');
    expect(await askedNow()).toBe(1);
  });

  it('is not asked about again after a handler that lets it go on', async () => {
    expect(await asker.do('catch', 10, 'restart')).toBe('OK');
    await guard();
    const [end] = await block();
    for (let times = 0; times < 2; times++) {
      await signal('USR1');
      await inPipe();
    }
    expect(await lab.owner.do('open-write', fifo)).toBe('OK');
    expect(await end).toBe('OK');
    expect(await asker.do('caught')).toBe('2 OK');
    expect(await askedNow()).toBe(1);
  });

  it('is asked about anew when a handler has ended it', async () => {
    expect(await asker.do('catch', 10, 'plain')).toBe('OK');
    await guard();
    const [first] = await block();
    await signal('USR1');
    expect(await first).toBe('EINTR');
    const second = asker.do('open', fifo);
    await answerer.reply({verdict: 'deny'});
    expect(await second).toBe('EACCES');
    expect(await askedNow()).toBe(2);
  });

  it('is asked about anew when a handler has jumped out of it', async () => {
    expect(await asker.do('catch', 10, 'jump')).toBe('OK');
    await guard();
    const first = asker.do('escape', 'open', fifo);
    await answerer.reply({verdict: 'allow'});
    await inPipe();
    await vm.ok(`kill -USR1 ${asker.pid}`);
    expect(await first).toBe('ECANCELED');
    const second = asker.do('escape', 'open', fifo);
    await answerer.reply({verdict: 'deny'});
    expect(await second).toBe('EACCES');
  });

  describe('keeps the module', () => {
    afterEach(async () => {
      await vm.ok('modprobe fguard');
      await lab.reconnect();
      keeper = await Watcher.start({paths: [lab.directory]});
    });

    it('no longer than its rule is there', async () => {
      await guard();
      const [end] = await block();
      await lab.guard.clear();
      await Promise.all([answerer.end(), keeper.end()]);
      await vm.ok(
        'n=0; until rmmod fguard; do sleep 0.2; n=$((n+1)); [ $n -lt 50 ] || exit 1; done',
      );
      expect(await lab.owner.do('open-write', fifo)).toBe('OK');
      expect(await end).toBe('OK');
    });

    it('no longer than its rule is there, held at its end by a tracer', async () => {
      const tracer = await Actor.start();
      await guard();
      expect(await tracer.do('trace-end', asker.pid)).toBe('holding');
      const end = asker.do('open', secret);
      await answerer.reply({verdict: 'allow'});
      expect(await tracer.answer()).toBe('OK');
      await lab.guard.clear();
      await Promise.all([answerer.end(), keeper.end()]);
      await vm.ok(
        'n=0; until rmmod fguard; do sleep 0.2; n=$((n+1)); [ $n -lt 50 ] || exit 1; done',
      );
      expect(await tracer.do('trace-let', asker.pid)).toBe('OK');
      expect(await end).toBe('OK');
      await tracer.end();
    });
  });
});

afterAll(() => keeper.end());
