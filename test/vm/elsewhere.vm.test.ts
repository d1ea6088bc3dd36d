// SPDX-License-Identifier: MIT
// An ordinary user gives files paths that he made up, and is asked about them: nobody
// who answers by paths is to believe one.
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {Answerer} from './helper/answerer.js';
import {useLab} from './helper/lab.js';
import {Lines} from './helper/lines.js';
import {isSince} from './helper/release.js';
import {Watcher} from './helper/watcher.js';
import type {GuestProcess} from './runner/process.js';
import {vm} from './runner/shared.js';

// /tmp/elsewhere/
//   fs/                      a filesystem, mounted; reading in its data and tmp is asked about
//     tmp/elsewhere/ok/
//       note.txt             to somebody whose root is fs, it is in ok/
//     data/{secret.pem,program,script}
//     in/moving/note.txt     the user may move the directory
//   view/                    fs/in, mounted here
//   ok/mine.txt              what answerers let everybody read; asked about, too
//   place/                   where the user mounts what he likes, in a namespace of his own
const lab = useLab('elsewhere');
const [fs, ok, place, view] = ['fs', 'ok', 'place', 'view'].map((name) => lab.path(name)) as [
  string,
  string,
  string,
  string,
];
const USER = ['setpriv', '--reuid=1234', '--regid=1234', '--clear-groups'];
const ASK = {tree: true, ops: ['read'], otherwise: 'ask', deadline: 600_000} as const;
const CUT = {path: 1, exe: 4, script: 8};
const data = (name: string): string => `${fs}/data/${name}`;

let user: Actor;

beforeAll(async () => {
  await vm.ok(
    `cd ${lab.directory} && mkdir fs ok place view && touch ok/mine.txt && mount -t tmpfs none fs &&
     mkdir -p fs/${ok} fs/data fs/in/moving && echo s >fs/data/secret.pem &&
     cp "$(readlink /proc/${lab.intruder.pid}/exe)" fs/data/program &&
     printf '#!/bin/cat %s\\n' ${ok}/mine.txt >fs/data/script && chmod +x fs/data/script &&
     cp fs/data/secret.pem fs/${ok}/note.txt && cp fs/data/secret.pem fs/in/moving/note.txt &&
     chown -R 1234 fs/in fs/${ok} place && chown 1234 fs/tmp/elsewhere && mount --bind fs/in view`,
  );
  user = await Actor.start({through: USER});
});

afterAll(async () => {
  await user.end();
  await vm.ok(`cd ${lab.directory} && umount view fs`);
});

beforeEach(async () => {
  await lab.guard.clear();
  await vm.ok(`cd ${fs} && (test -d in/moving || mv .${ok}/moved in/moving)`);
  for (const tree of [`${fs}/data`, `${fs}/tmp`, ok]) await lab.guard.add(tree, ASK);
});

let running: {end(): Promise<void>}[] = [];

/** Ends with the test, however that does. */
function ending<T extends {end(): Promise<void>}>(one: T): T {
  running.push(one);
  return one;
}

afterEach(async () => {
  await Promise.all(running.map((one) => one.end()));
  running = [];
});

interface Way {
  /** Hides it. */
  hide: readonly string[];
  /** Opens it. */
  open: readonly string[];
  /** What is to be believed. */
  path: string;
  /** What it is. */
  true: string;
  /** Readers get its own name, and so no mark. */
  plain?: boolean;
}

/* By the name of the tree's own descriptor, or of one of a directory in it. */
const inTree = (name: string): string => `tmp/elsewhere/ok/${name}`;

const detached = (how: string): Way => ({
  hide: ['hide', how, place, data('secret.pem'), 'a.txt'],
  open: ['hidden', how === 'tree' ? inTree('a.txt') : 'a.txt'],
  path: `${ok}/a.txt`,
  true: data('secret.pem'),
});

const WAYS: Record<string, Way> = {
  'in a tree that is mounted nowhere': detached('tree'),
  'in a tree that is not mounted any more': detached('detached'),
  'in a mount that was taken away': detached('lazy'),
  'through an overlay of his own': {
    hide: ['hide', 'overlay', place, `${fs}/data:${fs}/in`],
    open: ['hidden', 'secret.pem'],
    path: `${ok}/secret.pem`,
    ...(isSince('6.12') ? {true: data('secret.pem'), plain: true} : {true: '/'}),
  },
  'in a root of his own': {
    hide: ['stat', '/'],
    open: ['jailed', fs, 'open', `${ok}/note.txt`],
    path: `${ok}/note.txt`,
    true: `${fs}${ok}/note.txt`,
  },
  'in a directory that he moved out of a mount': {
    hide: ['hide-moved', `${fs}/in/moving`, `${fs}${ok}/moved`, `${view}/moving`],
    open: ['hidden', 'note.txt'],
    path: `${ok}/moved/note.txt`,
    true: `${fs}${ok}/moved/note.txt`,
  },
};

/** `fguard agent` with a policy. */
class Agent {
  readonly #decisions: Lines;

  private constructor(readonly process: GuestProcess) {
    this.#decisions = new Lines(process);
  }

  static async start(policy: string): Promise<Agent> {
    const file = lab.path('policy.yaml');
    await vm.ok(`cat >${file}`, {input: policy});
    const process = vm.spawn(`fguard agent --config ${file} --json`);
    await process.waitFor('ready', {on: 'stderr'});
    return ending(new Agent(process));
  }

  async decision(): Promise<unknown> {
    return JSON.parse(await this.#decisions.next());
  }

  async end(): Promise<void> {
    this.process.kill('SIGTERM');
    await this.process.exit;
  }
}

/* False where nothing is hidden: 7.x covers what is mounted on a mount that goes. */
async function hides(way: Way): Promise<boolean> {
  const outcome = await user.do(...way.hide);
  const hidden = outcome !== 'ESTALE' || !isSince('6.12');
  if (hidden) expect([way.path, outcome]).toEqual([way.path, 'OK']);
  return hidden;
}

describe.each(Object.entries(WAYS))('a file %s', (_, way) => {
  it('is told with a mark, and by its own name', async ({skip}) => {
    skip(!(await hides(way)));
    const answerer = ending(await Answerer.start({verdict: 'allow', match: way.path}));
    const opened = user.do(...way.open);
    const told = await answerer.question();
    await answerer.answer(told.id, {verdict: 'deny'});
    expect({path: told.path, cut: told.cut, outcome: await opened}).toEqual({
      path: way.true,
      cut: CUT.path,
      outcome: 'EACCES',
    });
  });

  it('is marked for those who read of it', async ({skip}) => {
    skip(!(await hides(way)));
    await lab.guard.clear();
    for (const tree of [`${fs}/data`, `${fs}/tmp`])
      await lab.guard.add(tree, {tree: true, ops: ['read'], otherwise: 'log'});
    const watcher = ending(await Watcher.start({ops: ['read']}));
    expect(await user.do(...way.open)).toBe('OK');
    expect(await watcher.next()).toMatchObject({cut: way.plain === true ? 0 : CUT.path});
  });
});

it('a file in a mount that was taken away is seen though opened with credentials of before', async ({
  skip,
}) => {
  skip(!(await hides(detached('lazy'))));
  await lab.guard.clear();
  const watcher = ending(await Watcher.start({ops: ['read'], all: true, pids: [user.pid]}));
  expect(await user.do('hidden-as-before', 'a.txt')).toBe('OK');
  expect((await watcher.next()).path).toMatch(/(?:a\.txt|secret\.pem)$/);
});

describe('a file that is opened through an overlay of his own', () => {
  it.each([
    ['its path', {paths: [data('secret.pem')]}],
    ['its tree', {trees: [`${fs}/data`]}],
    ['its ending', {suffixes: ['.pem']}],
  ] as const)('is seen by who watches %s, once', async (_, filter) => {
    await lab.guard.clear();
    const watcher = ending(await Watcher.start({...filter, ops: ['read']}));
    expect(await user.do('overlaid', place, `${fs}/data`, 'open', 'secret.pem')).toBe('OK');
    expect(await lab.owner.do('open', data('secret.pem'))).toBe('OK');
    const told = [await watcher.next()];
    while (told.at(-1)?.uid !== 0) told.push(await watcher.next());
    expect(told.map(({uid, verdict}) => [uid, verdict])).toEqual([
      [1234, 'allow'],
      [0, 'allow'],
    ]);
  });
});

describe('an answer about one file of a layer', () => {
  const lower = `${fs}/layer`;

  beforeAll(() =>
    vm.ok(`cd ${fs} && mkdir layer && for n in a b '#a#' '#b#'; do echo $n >layer/$n; done &&
      chown -R 1234:1234 layer`),
  );

  // overlays themselves make files whose names begin with "#"
  it.each([
    ['a', 'b'],
    ['#a#', '#b#'],
  ])('lets no other be copied up in the same call: %s', async (one, other) => {
    await lab.guard.set(lower, ASK);
    const answerer = ending(await Answerer.start());
    const done = user.do('overlaid', place, lower, 'rename-exchange', one, other);
    const first = await answerer.question();
    await answerer.answer(first.id, {verdict: 'allow'});
    const second = await answerer.question();
    await answerer.answer(second.id, {verdict: 'deny'});
    expect(first.path).not.toBe(second.path);
    expect(await done).toBe('EACCES');
  });
});

it('none gets past an agent', async () => {
  const agent = await Agent.start(`
default: deny
answers:
  - {trees: [${ok}], answer: allow}
  - {suffixes: [.docx], answer: allow}
`);
  expect(await user.do('open', `${ok}/mine.txt`)).toBe('OK');
  expect(await agent.decision()).toMatchObject({answer: 'allow', line: 4});
  for (const [name, way] of Object.entries(WAYS)) {
    if (!(await hides(way))) continue;
    expect([name, await user.do(...way.open)]).toEqual([name, 'EACCES']);
    expect(await agent.decision()).toMatchObject({answer: 'deny', line: null});
  }
});

describe('a file mounted on a name with another ending', () => {
  it('does not get past an agent that goes by endings, and is refused by its own', async () => {
    const agent = await Agent.start(`
default: deny
answers:
  - {suffixes: [.docx], answer: allow}
  - {suffixes: [.pem], answer: deny}
`);
    for (const how of ['tree', 'detached', 'lazy']) {
      const name = how === 'tree' ? inTree('a.docx') : 'a.docx';
      const way = {...detached(how), hide: ['hide', how, place, data('secret.pem'), 'a.docx']};
      if (!(await hides(way))) continue;
      expect([how, await user.do('hidden', name)]).toEqual([how, 'EACCES']);
      expect(await agent.decision()).toMatchObject({answer: 'deny', line: 5});
    }
  });
});

// the kernel does not say through which mount
describe('a change of attributes', () => {
  const note = `${ok}/note.txt`;
  const own = [...USER, 'unshare', '--user', '--map-root-user', '--mount'];

  it.each([
    ['as he finds it', {through: USER, words: ['chmod', `${fs}${note}`], cut: 0}],
    [
      'in a namespace of his own',
      {through: own, words: ['chmod', `${fs}${note}`], cut: CUT.path | CUT.exe},
    ],
    ['in a root of his own', {through: USER, words: ['jailed', fs, 'chmod', note], cut: CUT.path}],
  ])('by a user who reaches the file %s', async (_, {through, words, cut}) => {
    await lab.guard.set(`${fs}/tmp`, {...ASK, ops: ['attr']});
    const one = ending(await Actor.start({through}));
    const answerer = ending(await Answerer.start());
    const watcher = ending(await Watcher.start({ops: ['attr']}));
    const done = one.do(...words);
    const told = await answerer.question();
    await answerer.answer(told.id, {verdict: 'deny'});
    expect(await done).toBe('EACCES');
    expect(told).toMatchObject({path: `${fs}${note}`, cut});
    expect(await watcher.next()).toMatchObject({path: `${fs}${note}`, cut});
  });
});

describe('a path that root arranged', () => {
  it('has no mark, neither has the executable', async () => {
    const answerer = ending(await Answerer.start({verdict: 'allow', match: `${ok}/mine.txt`}));
    expect(await user.do('open', `${ok}/mine.txt`)).toBe('OK');
    expect(await answerer.question()).toMatchObject({path: `${ok}/mine.txt`, cut: 0});
    const seen = `${view}/seen.txt`;
    await vm.ok(`touch ${seen}`);
    await lab.guard.add(`${fs}/in`, ASK);
    const opened = user.do('open', seen);
    const question = await answerer.question();
    expect(question).toMatchObject({path: seen, cut: 0});
    await answerer.answer(question.id, {verdict: 'allow'});
    expect(await opened).toBe('OK');
  });
});

describe('a program that was hidden', () => {
  it.each([
    ['program', {exe: '/data/program', cut: CUT.exe}],
    ['script', {script: 'data/script', cut: CUT.script}],
  ])('is told with a mark: a %s', async (name, told) => {
    await lab.guard.set(ok, ASK);
    const runner = ending(await Actor.start({through: USER}));
    expect(await runner.do('hide', 'tree', place, data(name), 'cat')).toBe('OK');
    const answerer = ending(await Answerer.start());
    runner.say('hidden-execve', inTree('cat'));
    runner.say('open', `${ok}/mine.txt`);
    const question = await answerer.question();
    await answerer.answer(question.id, {verdict: 'allow', lifetime: 'forever'});
    expect(question).toMatchObject({path: `${ok}/mine.txt`, ...told});
    const {answers} = await lab.guard.do<{answers: {exe?: string; script?: string}[]}>('answers');
    expect(answers).toHaveLength(1);
    expect(answers[0]?.exe).not.toBe('/data/program');
    expect(answers[0]?.script ?? '').toBe('');
  });
});
