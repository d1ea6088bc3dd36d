// SPDX-License-Identifier: MIT
// Nobody waits for ever, whatever becomes of the answerer, the rules, the module and the
// filesystem; and others work on meanwhile.
import path from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {Answerer, questionsOf, type Policy} from './helper/answerer.js';
import {PROGRAMS} from './helper/build.js';
import {OPS, type RuleRequest} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import {Lines} from './helper/lines.js';
import {Watcher} from './helper/watcher.js';
import {PATIENCE} from './runner/patience.js';
import {vm} from './runner/shared.js';

// /tmp/ask-deadlock/
//   vault/{secret,other}   asked about for everybody
//   free                   not guarded
//   disk/                  an ext4 filesystem
const lab = useLab('ask-deadlock');
const [vault, free, disk] = ['vault', 'free', 'disk'].map((name) => lab.path(name)) as [
  string,
  string,
  string,
];
const secret = `${vault}/secret`;
/** Milliseconds; no test waits for it to pass. */
const LONG = 3_600_000;
const SHORT = 2000;
const CROWD = 500;
/** Thousands of processes are to be made. */
const CROWD_TIMEOUT = 300_000 * PATIENCE;
/** Of the module, for one user. */
const QUESTIONS_MAX = 1024;
const ROUNDS = 4;

let answerer: Answerer | undefined;
let asker: Actor;

const guard = (rule: RuleRequest = {}, place = vault) =>
  lab.guard.add(place, {tree: true, otherwise: 'ask', deadline: LONG, ...rule});

async function serve(policy?: Policy): Promise<Answerer> {
  answerer = await Answerer.start(policy);
  return answerer;
}

const waits = (count: number) => lab.guard.until(({waiting}) => waiting === count);

let keeper: Watcher;

// keeps the hooks, which take a while to come and to go
beforeAll(async () => {
  keeper = await Watcher.start({paths: [lab.directory]});
});

beforeEach(async () => {
  await lab.guard.clear();
  await vm.ok(
    `cd ${lab.directory} && rm -rf vault && mkdir -p vault disk && touch vault/secret vault/other free`,
  );
  asker = await Actor.start();
});

afterEach(async () => {
  await answerer?.end();
  answerer = undefined;
  await asker.end();
  await waits(0);
});

describe(`${CROWD} processes that ask at once`, () => {
  it('are all answered by one answerer', async () => {
    await guard();
    await serve({verdict: 'allow'});
    const {asked} = await lab.guard.status();
    expect(await asker.do('crowd', CROWD, 'open', secret)).toBe(`OK=${CROWD}`);
    expect((await lab.guard.status()).asked - asked).toBe(CROWD);
  });

  it('all have the default when nobody answers in time', async () => {
    const before = await lab.guard.status();
    await guard({deadline: SHORT});
    await serve();
    expect(await asker.do('crowd', CROWD, 'unlink', secret)).toBe(`EACCES=${CROWD}`);
    const after = await lab.guard.status();
    expect(after.asked - before.asked).toBe(CROWD);
    expect(after.expired - before.expired).toBe(CROWD);
  });

  it.each([
    ['allow', 'OK'],
    ['deny', 'EACCES'],
  ] as const)('all have the default when the answerer is killed: %s', async (verdict, result) => {
    await guard({default: verdict});
    const killed = await serve();
    const end = asker.do('crowd', CROWD, 'open', secret);
    await waits(CROWD);
    await killed.end();
    expect(await end).toBe(`${result}=${CROWD}`);
  });

  it('have an answer or the default when it is killed amidst them', async () => {
    await guard();
    const killed = await serve({verdict: 'allow', delay: 5});
    const end = asker.do('crowd', CROWD, 'open', secret);
    for (let count = 0; count < 20; count++) await killed.closed();
    await killed.end();
    const [, allowed = 0, denied = 0] = (/^OK=(\d+) EACCES=(\d+)$/.exec(await end) ?? []).map(
      Number,
    );
    expect(allowed).toBeGreaterThanOrEqual(20);
    expect(allowed + denied).toBe(CROWD);
  });
});

describe('an answerer that is stopped', () => {
  it('makes nobody wait longer than to the deadline', async () => {
    await guard({deadline: SHORT});
    const stopped = await serve({verdict: 'allow'});
    stopped.process.kill('SIGSTOP');
    const {expired} = await lab.guard.status();
    for (const route of ['open', 'unlink', 'mkdir'])
      expect([route, await asker.do(route, route === 'mkdir' ? `${vault}/new` : secret)]).toEqual([
        route,
        'EACCES',
      ]);
    expect((await lab.guard.status()).expired - expired).toBe(3);
    stopped.process.kill('SIGCONT');
    await vm.ok(`until grep -q '^State:.S' /proc/${await stopped.process.pid}/status; do :; done`);
    // it may take its time
    await guard();
    expect(await asker.do('open', secret)).toBe('OK');
  });

  it.each([
    ['unlink', secret],
    ['rename', secret, free],
    ['rename', free, secret],
    ['rename-exchange', secret, `${vault}/other`],
    ['link', secret, `${vault}/new`],
    ['open-excl', `${vault}/new`],
    ['mkdir', `${vault}/new`],
    ['truncate', secret],
    ['chmod', secret],
    ['setxattr', secret],
  ])('lets others work beside who waits: %s', async (...words) => {
    // whoever is not the asker is let in
    await guard({pids: [lab.intruder.pid]});
    const stopped = await serve();
    stopped.process.kill('SIGSTOP');
    const end = asker.do(...words);
    await waits(1);
    for (const [route, first, second] of [
      ['open-excl', 'made'],
      ['rename', 'made', 'named'],
      ['chmod', 'named'],
      ['open-dir', ''],
      ['mkdir', 'folder'],
      ['rmdir', 'folder'],
      ['chmod', 'secret'],
      ['open-append', 'secret'],
      ['link', 'named', 'linked'],
      ['unlink', 'linked'],
      ['unlink', 'named'],
    ] as const) {
      const others = [`${vault}/${first}`, ...(second ? [`${vault}/${second}`] : [])];
      expect([route, await lab.intruder.do(route, ...others)]).toEqual([route, 'OK']);
    }
    await waits(1);
    await stopped.end();
    expect(await end).toBe('EACCES');
  });
});

describe('an answerer', () => {
  it('that is slow answers all in the end', async () => {
    await guard();
    await serve({verdict: 'allow', delay: 200});
    expect(await asker.do('crowd', 10, 'open', secret)).toBe('OK=10');
  });

  it.each([false, true])(
    'may read what it is asked about, and log to it; by a child: %s',
    async (child) => {
      await guard();
      const {asked} = await lab.guard.status();
      const own = await serve({verdict: 'allow', read: secret, log: `${vault}/log`, child});
      expect(await asker.do('open', secret)).toBe('OK');
      await own.question();
      expect(await own.next()).toEqual({type: 'read', errno: 'OK'});
      expect(await own.next()).toEqual({type: 'log', errno: 'OK'});
      expect((await lab.guard.status()).asked - asked).toBe(1);
      await lab.guard.clear();
      expect(await vm.ok(`wc -l <${vault}/log`)).toBe('1\n');
    },
  );

  it('is not asked about the shell that it was started from, but about others of that', async () => {
    const watcher = await Watcher.start({paths: [secret]});
    await guard();
    const out = lab.path('out');
    const shown = await vm.run(
      `${path.join(PROGRAMS, 'guard')} serve verdict=allow >${out} & until grep -q serving ${out}; do :; done
       if : <${secret}; then echo read; else echo refused; fi
       cat ${secret} && echo read; kill $!`,
    );
    expect(shown.stdout).toBe('refused\nread\n');
    expect(await watcher.next()).toMatchObject({reason: 'unaskable', verdict: 'deny'});
    expect(await watcher.next()).toMatchObject({reason: 'answer', verdict: 'allow'});
    await watcher.end();
  });

  it('is not asked about who traces it', async () => {
    await guard();
    const traced = await serve({verdict: 'allow'});
    const {asked} = await lab.guard.status();
    expect(await asker.do('trace-keep', await traced.process.pid)).toBe('OK');
    expect(await asker.do('open', secret)).toBe('EACCES');
    expect((await lab.guard.status()).asked - asked).toBe(0);
    expect(await asker.do('trace-drop', await traced.process.pid)).toBe('OK');
    expect(await asker.do('open', secret)).toBe('OK');
  });
});

describe('a guarded filesystem', () => {
  beforeAll(() =>
    vm.ok(
      `cd ${lab.directory} && modprobe -a loop ext4 && truncate -s 32M image && mkfs.ext4 -q image && mkdir -p disk`,
    ),
  );
  beforeEach(() => vm.ok(`mount -o loop ${lab.path('image')} ${disk} && touch ${disk}/secret`));
  afterAll(() => vm.run(`umount ${disk}`));

  it('may hold the answerer itself', async () => {
    const program = path.join(PROGRAMS, 'guard');
    await vm.ok(`cp ${program} ${disk}/guard && sync`);
    const lines = new Lines(
      vm.spawn(
        `cd ${disk} && exec ./guard serve verdict=allow read=${disk}/secret log=${disk}/log child=1`,
        {env: {LD_LIBRARY_PATH: path.resolve(PROGRAMS, '../../../../../libnetlink')}},
      ),
    );
    expect(await lines.next()).toContain('serving');
    await guard({strict: true}, disk);
    await vm.ok('echo 3 >/proc/sys/vm/drop_caches');
    expect(await asker.do('crowd', 5, 'open', `${disk}/secret`)).toBe('OK=5');
    expect(await asker.do('rename', `${disk}/secret`, `${disk}/moved`)).toBe('OK');
    lines.process.kill('SIGKILL');
    await lines.process.exit;
    await lab.guard.clear();
    await vm.ok(`umount ${disk}`);
  });

  it.each(['open', 'unlink'])('can be unmounted while somebody asks: %s', async (route) => {
    await guard({ops: OPS.filter((op) => op !== 'mount')}, disk);
    const own = await serve();
    const end = asker.do(route, `${disk}/secret`);
    const {id} = await own.question();
    await vm.ok(`umount ${disk}`);
    expect(await own.answer(id, {verdict: 'allow'})).toEqual({});
    // what is below has no such name
    expect(await end).toBe('ENOENT');
  });
});

describe('more questions than there is room for', () => {
  let watcher: Watcher;

  beforeEach(async () => {
    watcher = await Watcher.start({pids: [asker.pid], verdict: 'deny'});
  });

  afterEach(() => watcher.end());

  it(
    'have the default at once, while as many as may be wait',
    {timeout: CROWD_TIMEOUT},
    async () => {
      await guard({pids: [lab.owner.pid]});
      const own = await serve();
      const end = asker.do('flood', QUESTIONS_MAX + 100, `${vault}/new`);
      const first = await Promise.race([watcher.next(), end]);
      expect(first).toMatchObject({reason: 'default', detail: 'queue-full', op: 'create'});
      const {waiting} = await lab.guard.status();
      expect(waiting).toBeGreaterThan(0);
      expect(waiting).toBeLessThanOrEqual(QUESTIONS_MAX);
      await own.end();
      expect(await end).toBe(`EACCES=${QUESTIONS_MAX + 100}`);
      expect(await lab.owner.do('stat', `${vault}/new0`)).toBe('ENOENT');
    },
  );
});

describe('a rule', () => {
  it('that is removed while somebody asks guards him no more', async () => {
    await guard();
    const own = await serve();
    const end = asker.do('open', secret);
    const {id} = await own.question();
    await lab.guard.clear();
    expect(await own.closed(id)).toMatchObject({reason: 'gone', verdict: 'deny'});
    expect(await end).toBe('OK');
    expect(await own.answer(id, {verdict: 'allow'})).toMatchObject({errno: 'ENOENT'});
  });

  it('that is replaced while somebody asks decides anew', async () => {
    await guard();
    const own = await serve();
    const end = asker.do('open', secret);
    const {id} = await own.question();
    await guard({default: 'allow'});
    expect(await own.closed(id)).toMatchObject({reason: 'gone'});
    const second = await own.question();
    expect(second.id).not.toBe(id);
    await guard({otherwise: 'deny'});
    expect(await own.closed(second.id)).toMatchObject({reason: 'gone'});
    expect(await end).toBe('EACCES');
  });
});

describe('the module', () => {
  const isIn = async () => (await vm.run('grep -q ^fguard /proc/modules')).code === 0;
  // the kernel tells nobody when the last user is gone
  const remove = () => vm.ok('until rmmod fguard 2>/dev/null; do sleep 0.2; done');

  beforeAll(() => keeper.end());

  afterEach(async () => {
    await vm.ok('modprobe fguard');
    await lab.reconnect();
  });

  it('stays while a task asks, and may go while one is held on its way back', async () => {
    const tracer = await Actor.start();
    await guard();
    const own = await serve();
    expect(await tracer.do('trace-hold', asker.pid)).toBe('holding');
    const end = asker.do('open', secret);
    await own.question();
    await own.end();
    // it has the default, and would go back to apply it
    expect(await tracer.answer()).toBe('OK');
    const next = await serve();
    const other = lab.intruder.do('open', secret);
    await next.question();
    expect((await vm.run('rmmod fguard')).code).not.toBe(0);
    expect(await isIn()).toBe(true);
    await lab.guard.clear();
    expect(await other).toBe('OK');
    await next.end();
    answerer = undefined;
    await remove();
    expect(await tracer.do('trace-let', asker.pid)).toBe('OK');
    expect(await end).toBe('OK');
    await tracer.end();
  });

  it('comes, asks and goes again and again', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      // with few hooks, each of which takes a while to go
      await guard({ops: ['read']});
      const own = await serve();
      const end = asker.do('open', secret);
      const {id} = await own.question();
      if (round % 2) await own.answer(id, {verdict: 'allow'});
      await lab.guard.clear();
      await own.end();
      answerer = undefined;
      await remove();
      expect(await end).toBe('OK');
      await vm.ok('modprobe fguard');
      await lab.reconnect();
    }
    expect(await questionsOf(lab.guard)).toEqual([]);
  });
});
