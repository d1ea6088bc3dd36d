// SPDX-License-Identifier: MIT
import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Answerer} from './helper/answerer.js';
import type {Op} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import {hasRoute} from './helper/release.js';
import {type Access, Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/ask/
//   vault/{secret,program,sub/,lower/}   asked about for everybody but the owner
//   free                                 not guarded
const lab = useLab('ask');
const vault = lab.path('vault');
const free = lab.path('free');
const inside = (name: string): string => `${vault}/${name}`;
const secret = inside('secret');
/** Milliseconds; no test waits for it to pass. */
const LONG = 600_000;

let watcher: Watcher;

async function reset(): Promise<void> {
  await lab.guard.clear();
  await vm.ok(
    `umount ${secret} 2>/dev/null; cd ${lab.directory} && rm -rf vault new free && mkdir -p vault/sub &&` +
      'touch marker && printf treasure >vault/secret && printf decoy >free && cp /bin/true vault/program',
  );
}

beforeAll(async () => {
  watcher = await Watcher.start({pids: [lab.intruder.pid]});
});

afterAll(() => watcher.end());

async function everything(): Promise<string[]> {
  const shown: string[] = [];
  for (const file of [
    secret,
    inside('program'),
    inside('sub'),
    inside('new'),
    lab.path('new'),
    free,
  ])
    shown.push(await lab.owner.show(file));
  // what is made anew has another number
  return shown.map((line) => line.replace(/inode=\d+/, ''));
}

const marker = lab.path('marker');

/** All that the intruder did since the last time. */
async function events(): Promise<Access[]> {
  await lab.guard.add(marker, {otherwise: 'log'});
  await lab.intruder.do('open', marker);
  return watcher.upTo(marker);
}

/** A name within the vault, or one outside with a leading slash. */
const place = (name: string): string =>
  name.startsWith('/') ? lab.path(name.slice(1)) : inside(name);

const ALL_ROWS: [route: string, op: Op, first: string, second?: string][] = [
  ['open', 'read', 'secret'],
  ['open-write', 'write', 'secret'],
  ['open-append', 'write', 'secret'],
  ['open-rdwr', 'write', 'secret'],
  ['open-trunc', 'write', 'secret'],
  ['openat2', 'write', 'secret'],
  ['handle', 'read', 'secret', '/'],
  ['o-path', 'write', 'secret'],
  ['proc-root', 'read', 'secret'],
  ['truncate', 'truncate', 'secret'],
  ['execve', 'exec', 'program'],
  ['execveat', 'exec', 'program'],
  ['open-tmpfile', 'write', 'sub'],
  ['open-create', 'create', 'new'],
  ['open-create-read', 'create', 'new'],
  ['open-excl', 'create', 'new'],
  ['creat', 'create', 'new'],
  ['creat', 'write', 'secret'],
  ['mknod', 'create', 'new'],
  ['mkfifo', 'create', 'new'],
  ['bind', 'create', 'new'],
  ['symlink', 'create', 'new'],
  ['mkdir', 'create', 'new'],
  ['unlink', 'delete', 'secret'],
  ['unlinkat', 'delete', 'secret'],
  ['rmdir', 'delete', 'sub'],
  ['rename', 'rename', 'secret', '/new'],
  ['rename', 'rename', 'secret', 'new'],
  ['rename', 'rename', 'sub', '/new'],
  ['rename', 'rename', '/free', 'new'],
  ['rename', 'rename', '/free', 'secret'],
  ['rename-noreplace', 'rename', 'secret', 'new'],
  ['rename-exchange', 'rename', '/free', 'secret'],
  ['rename-exchange', 'rename', 'secret', '/free'],
  ['rename-exchange', 'rename', 'secret', 'program'],
  ['rename-whiteout', 'rename', 'secret', '/new'],
  ['link', 'link', 'secret', '/new'],
  ['link', 'create', '/free', 'new'],
  ['link', 'link', 'secret', 'new'],
  ['chmod', 'attr', 'secret'],
  ['fchmodat2', 'attr', 'secret'],
  ['chown', 'attr', 'secret'],
  ['touch', 'attr', 'sub'],
  ['setxattr', 'attr', 'secret'],
  ['open-dir', 'list', 'sub'],
  ['mount-bind', 'mount', 'secret', '/free'],
];
const ROWS = ALL_ROWS.filter(([route]) => hasRoute(route));

/** Does it while the answerer answers by itself; gives how it ended, and what was asked. */
async function attempt(answerer: Answerer, words: string[]): Promise<{end: string; ops: Op[]}> {
  const {asked} = await lab.guard.status();
  const end = await lab.intruder.do(...words);
  const count = (await lab.guard.status()).asked - asked;
  const ops: Op[] = [];
  for (let i = 0; i < count; i++) ops.push((await answerer.question()).op);
  return {end, ops};
}

const vaultRule = (ops?: readonly Op[]) =>
  lab.guard.add(vault, {
    tree: true,
    pids: [lab.owner.pid],
    otherwise: 'ask',
    deadline: LONG,
    ...(ops ? {ops} : {}),
  });

describe('what is refused by an answer has changed nothing', () => {
  let answerer: Answerer;

  beforeAll(async () => {
    answerer = await Answerer.start({verdict: 'deny'});
  });

  afterAll(() => answerer.end());

  beforeEach(async () => {
    await reset();
    await vaultRule();
  });

  it.each(ROWS)('%s, asked about as %s: %s %s', async (route, op, first, second) => {
    const before = await everything();
    const words = [route, place(first), ...(second ? [place(second)] : [])];
    expect(await attempt(answerer, words)).toEqual({end: 'EACCES', ops: [op]});
    expect(await events()).toMatchObject([{op, verdict: 'deny', reason: 'answer'}]);
    expect(await everything()).toEqual(before);
  });
});

describe('what is allowed by an answer is done as without the guard', () => {
  let answerer: Answerer;

  beforeAll(async () => {
    answerer = await Answerer.start({verdict: 'allow'});
  });

  afterAll(() => answerer.end());

  // who executes it has nothing more to say
  const rows = ROWS.filter(([, op]) => op !== 'exec');

  it.each(rows)('%s, asked about once, as %s: %s %s', async (route, op, first, second) => {
    const words = [route, place(first), ...(second ? [place(second)] : [])];
    await reset();
    const end = await lab.intruder.do(...words);
    const after = await everything();
    await reset();
    await vaultRule();
    expect(await attempt(answerer, words)).toEqual({end, ops: [op]});
    // more than one where the same call opens what it made, or shortens what it opened
    const [told, ...rest] = await events();
    expect(told).toMatchObject({op, verdict: 'allow', reason: 'answer'});
    for (const event of rest) expect(event).toMatchObject({verdict: 'allow', reason: 'answer'});
    expect(await everything()).toEqual(after);
  });

  it('to read is not to shorten: open-read-trunc is asked about both', async () => {
    await reset();
    await vaultRule();
    const {ops, end} = await attempt(answerer, ['open-read-trunc', secret]);
    expect({ops, end}).toEqual({ops: ['read', 'truncate'], end: 'OK'});
    expect(await lab.owner.show(secret)).toContain('size=0');
    await events();
  });

  it.each(['open-excl', 'creat', 'open-create'])(
    '%s where only writing is asked about is asked before the file is there',
    async (route) => {
      await reset();
      await vaultRule(['write', 'read']);
      const {ops, end} = await attempt(answerer, [route, inside('new')]);
      expect({ops, end}).toEqual({ops: ['write'], end: 'OK'});
      expect(await lab.owner.do('stat', inside('new'))).toBe('OK');
      await events();
    },
  );
});
