// SPDX-License-Identifier: MIT
// What any user can do costs the same with one rule as with ten thousand. On a machine
// of its own, whose clock counts instructions.
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, inject, it} from 'vitest';
import {PROGRAMS} from './helper/build.js';
import {maskOf, type Op} from './helper/guard.js';
import {PATIENCE} from './runner/patience.js';
import {type GuestProcess, Vm} from './runner/vm.js';

// /tmp/bounds/
//   way/             on the way to what is guarded, which is not there
//   other/full/      where a directory of the way cannot go
//   disk/{a,b}       of ext4, which no rule is about
//   free             nor about this
//   program          that rules let in
//   another          that none does
//   starts/N/        below which suffixes count
//   hole/d/d/…       where none does
//   bin/N            many programs, and bin/free, which no rule is about
//   names/N          many names of one file, and names/free, which no rule is about
const LAB = '/tmp/bounds';
const WAY = `${LAB}/way`;
const STARTS = `${LAB}/starts/`;
const HOLE = `${LAB}/hole`;
const NAMES = `${LAB}/names/`;
const BIN = `${LAB}/bin/`;
const MANY = 10_000;
const DEPTH = 1000;
const STRIDE = 50;
const TREES = 250;
const FACTOR = 1.5;
const [ALLOWED, NOBODY] = [4242, 65534];
const TRY = path.join(PROGRAMS, 'try');
const GUARD = path.join(PROGRAMS, 'guard');
const SLOW = 600_000 * PATIENCE;

let machine: Vm;
const sleepers = new Map<number, number>();
const processes: GuestProcess[] = [];

const as = (uid: number): string =>
  `setpriv --reuid=${uid} --regid=${uid} --clear-groups --bounding-set=-all`;

beforeAll(async () => {
  machine = await Vm.boot({kernel: inject('kernel'), icount: true, memory: 2048});
  await machine.ok(
    `modprobe -a fguard loop ext4 && mkdir -p ${WAY}/crowd ${LAB}/other/full/x ${LAB}/disk && cd ${LAB} &&
     cp ${TRY} program && cp ${TRY} another && printf text >free && chmod -R 777 ${LAB} &&
     mkdir -p $(seq -f ${STARTS}%.0f 0 ${DEPTH}) hole names bin && cp ${TRY} names/free &&
     cp ${TRY} bin/free && touch bin/other names/other && perl -e 'for (0 .. ${MANY - 1}) { open(F, ">bin/$_") or die }' &&
     perl -e 'for (0 .. ${MANY - 1}) { link("names/free", "names/$_") or die }' &&
     chmod 777 names/free && chmod 777 hole names bin && chmod 777 bin/free bin/other names/other && ${TRY} dig ${HOLE} ${DEPTH} d &&
     truncate -s 8M image && mkfs.ext4 -q image && mount -o loop image disk && touch disk/a disk/b && chmod 777 disk/*`,
  );
  for (const uid of [ALLOWED, NOBODY]) {
    const sleeper = machine.spawn(`exec ${as(uid)} sleep infinity`);
    processes.push(sleeper);
    sleepers.set(uid, await sleeper.pid);
    await machine.ok(`until grep -q sleep /proc/${await sleeper.pid}/comm; do :; done`);
  }
}, SLOW);

afterAll(async () => {
  for (const process of processes) {
    process.kill('SIGKILL');
    await process.exit;
  }
  await machine.ok(`${GUARD} clear && umount ${LAB}/disk`);
  await machine.shutdown();
}, SLOW);

interface Cost {
  result: string;
  instructions: number;
}

interface Deed {
  name: string;
  uid: number;
  words: string | (() => string);
  result: string | RegExp;
  how?: string;
}

/** Rules that are alike but for their paths, and what is done while they are there. */
interface Crowd {
  name: string;
  rule: string | (() => string);
  deeds: Deed[];
  prefix?: string;
  many?: number;
}

/** What each costs: the cheapest of some tries, or the mean with what it leaves to others. */
async function measure(deeds: readonly Deed[]): Promise<Cost[]> {
  const commands = deeds.map(({uid, words, how = 'cost 25'}) => {
    const deed = typeof words === 'string' ? words : words();
    return `${uid === 0 ? '' : as(uid)} ${TRY} ${how} ${deed}`;
  });
  const lines = (await machine.ok(commands.join('\n'), {timeout: SLOW})).trim().split('\n');
  return lines.map((line) => {
    const [result = '', instructions = ''] = line.split(' ');
    return {result, instructions: Number(instructions)};
  });
}

async function load(rule: string, count: number, prefix: string): Promise<void> {
  const added = await machine.ok(
    `${GUARD} clear >/dev/null && ${GUARD} add-alike prefix=${prefix} count=${count} ${rule}`,
    {timeout: SLOW},
  );
  expect(added).toBe('{}\n');
}

/** @param costs with one rule, and with many */
function expectNoMore(deeds: readonly Deed[], costs: readonly Cost[][]): void {
  const [one = [], many = []] = costs;
  const worse = deeds.flatMap(({name, uid, result}, i) => {
    const [before, after] = [one[i], many[i]];
    expect.soft([name, uid, before?.result]).toEqual([name, uid, after?.result]);
    expect.soft(before?.result, `${name} by ${uid}`).toMatch(result);
    if (!before || !after || after.instructions <= before.instructions * FACTOR) return [];
    return [`${name} by ${uid}: ${before.instructions} → ${after.instructions}`];
  });
  expect(worse).toEqual([]);
}

/* Flags of rules. */
const [TREE, CHILDREN, UNTIL_EXIT, STRICT, AGAINST, UNTIL_CLOSED] = [4, 8, 16, 32, 64, 128];

const ALL: Op[] = ['read', 'write', 'exec', 'create', 'delete', 'rename', 'link', 'truncate'];
const OPS = `ops=${maskOf([...ALL, 'attr', 'list', 'mount'])}`;

/** What a directory on the way may have done to it. */
const ofWay = (uid: number, results: {removed: string; moved: string; mounted: string}): Deed[] => [
  {name: 'rmdir', uid, words: `rmdir ${WAY}`, result: results.removed},
  {name: 'rename', uid, words: `rename ${WAY} ${LAB}/other/full`, result: results.moved},
  {name: 'mount', uid, words: `mount-bind ${WAY} ${LAB}/other`, result: results.mounted},
  {name: 'a mount that moves', uid, words: `mount-move ${LAB}/disk ${LAB}/other`, result: /./},
];

const REFUSED = {removed: 'EACCES', moved: 'EACCES', mounted: 'EACCES'};
const LET = {removed: 'ENOTEMPTY', moved: 'ENOTEMPTY', mounted: 'EPERM'};

const sleeper = (uid: number): number => sleepers.get(uid) ?? NaN;

/** Into the memory of another. */
const ofMemory = (uid: number, of: number, result: string): Deed => ({
  name: `the memory of ${of}`,
  uid,
  words: () => `memory-read ${sleeper(of)}`,
  result,
});

const ORDINARY: Deed[] = [
  'open',
  'open-write',
  'open-create',
  'truncate',
  'chmod',
  'setxattr',
  'rename',
  'link',
  'symlink',
  'mkdir',
  'mkfifo',
  'bind',
  'mmap',
].flatMap((route) => [
  {
    name: `${route}, elsewhere`,
    uid: NOBODY,
    words: `${route} ${LAB}/free ${LAB}/free`,
    result: /./,
  },
  {
    name: `${route}, guarded`,
    uid: NOBODY,
    words: `${route} ${WAY}/crowd/0 ${WAY}/crowd/0`,
    result: /./,
  },
]);

/** Relative to the bottom of the hole. */
const below = (uid: number, words: string, result: string | RegExp): Deed => ({
  name: `${words}, deep down`,
  uid,
  words: `below ${HOLE} ${DEPTH / STRIDE} ${'d/'.repeat(STRIDE)} ${words}`,
  result,
  how: 'cost 5',
});

const DEEP: Deed[] = [
  below(0, 'open-create x.docx', 'OK'),
  below(NOBODY, 'open x.docx', 'OK'),
  below(0, `rename ../d ${LAB}/hole/away`, /./),
];

/** In a directory of programs, and what is run. */
const ofPrograms = (directory: string, program: string): Deed[] => [
  {
    name: 'exchange',
    uid: NOBODY,
    words: `rename-exchange ${directory}free ${directory}other`,
    result: 'OK',
    how: 'cost 24', // so that each has its own name again
  },
  {name: 'run', uid: NOBODY, words: `child execve ${program}`, result: 'OK'},
  {name: 'open', uid: NOBODY, words: `open ${LAB}/free`, result: 'OK'},
  ofMemory(NOBODY, NOBODY, 'EFAULT'),
];

const CROWDS: Crowd[] = [
  {
    name: 'each of which lets in another program',
    rule: `programs=${BIN} ${OPS}`,
    deeds: ofPrograms(BIN, `${BIN}free`),
  },
  {
    name: 'each of which lets in another name of a program',
    rule: `programs=${NAMES} ${OPS}`,
    deeds: ofPrograms(NAMES, `${NAMES}free`),
  },
  {
    name: 'about a suffix below other directories',
    rule: `suffix=.docx uids=${ALLOWED} ${OPS}`,
    prefix: STARTS,
    many: DEPTH,
    deeds: DEEP,
  },
  {
    name: 'about names of one file',
    rule: `uids=${ALLOWED} ${OPS}`,
    prefix: NAMES,
    deeds: ['0', 'free'].flatMap((name) =>
      ['open', 'open-write', 'truncate', 'chmod', 'unlink'].map((route) => ({
        name: `${route} ${name}`,
        uid: NOBODY,
        words: `${route} ${NAMES}${name}`,
        result: 'EACCES',
      })),
    ),
  },
  {
    name: 'that let in the same user',
    rule: `uids=${ALLOWED} ${OPS}`,
    deeds: [
      ...ofWay(NOBODY, REFUSED),
      ...ofWay(ALLOWED, LET),
      ofMemory(NOBODY, NOBODY, 'EFAULT'),
      ofMemory(ALLOWED, ALLOWED, 'EFAULT'),
      ofMemory(0, ALLOWED, 'EPERM'),
      {name: 'PTRACE_TRACEME', uid: ALLOWED, words: 'trace-me', result: 'EPERM'},
      {
        name: 'an ioctl about any file',
        uid: NOBODY,
        words: `move-extent ${LAB}/disk/a`,
        result: /./,
      },
      ...ORDINARY,
    ],
  },
  {
    name: 'each of which lets in another user',
    rule: `each=1 ${OPS}`,
    deeds: [
      ...ofWay(NOBODY, REFUSED),
      ofMemory(NOBODY, NOBODY, 'EFAULT'),
      {
        name: 'an ioctl about any file',
        uid: NOBODY,
        words: `move-extent ${LAB}/disk/a`,
        result: /./,
      },
    ],
  },
  {
    name: 'that are against others',
    rule: `uids=${ALLOWED} flags=${AGAINST} ${OPS}`,
    deeds: [
      ...ofWay(ALLOWED, REFUSED),
      ...ofWay(NOBODY, LET),
      ofMemory(ALLOWED, ALLOWED, 'EFAULT'),
      ofMemory(NOBODY, NOBODY, 'EFAULT'),
    ],
  },
  {
    name: 'each of which is against another user',
    rule: `each=1 flags=${AGAINST} ${OPS}`,
    deeds: [ofMemory(NOBODY, NOBODY, 'EFAULT')],
  },
  {
    name: 'that only log',
    rule: `else=1 ${OPS}`,
    deeds: ofWay(NOBODY, LET),
  },
  {
    name: 'about trees, strict, that let in a program',
    rule: `exe=${LAB}/program flags=${TREE | STRICT} ${OPS}`,
    deeds: [
      ...ofWay(NOBODY, REFUSED),
      ofMemory(NOBODY, NOBODY, 'EFAULT'),
      {name: 'to pass for it', uid: 0, words: `pose-as-it-is ${LAB}/program`, result: 'EPERM'},
      // kernels before the newest keep a program that is still mapped; before 5.15 nobody may
      {
        name: 'to pass for another',
        uid: 0,
        words: `pose-as-it-is ${LAB}/another`,
        result: inject('kernel') === '5.10' ? 'EPERM' : /^(EBUSY|OK)$/,
      },
      {
        name: 'an ioctl about any file',
        uid: NOBODY,
        words: `move-extent ${LAB}/disk/a`,
        result: /./,
      },
      {name: 'read', uid: NOBODY, words: `open ${LAB}/free`, result: 'OK'},
      {name: 'run', uid: NOBODY, words: `child execve ${LAB}/free`, result: /./},
      ...ORDINARY,
    ],
  },
  {
    name: 'that let in a process with its children',
    rule: () => `pids=${sleeper(ALLOWED)} flags=${CHILDREN | UNTIL_EXIT} ${OPS}`,
    deeds: [
      {name: 'fork', uid: NOBODY, words: 'child stat /', result: 'OK', how: 'mean 200'},
      ofMemory(NOBODY, NOBODY, 'EFAULT'),
      ofMemory(NOBODY, ALLOWED, 'EPERM'),
      ...ofWay(NOBODY, REFUSED),
    ],
  },
];

describe.each(CROWDS)('with many rules $name', (crowd) => {
  const {rule, deeds, prefix = `${WAY}/crowd/`, many: most = MANY} = crowd;
  it(
    'nothing costs more than with one',
    async () => {
      const words = typeof rule === 'string' ? rule : rule();
      const costs: Cost[][] = [];
      for (const count of [1, most]) {
        await load(words, count, prefix);
        costs.push(await measure(deeds));
      }
      expectNoMore(deeds, costs);
    },
    SLOW,
  );
});

describe('rules that end with the socket of their maker', () => {
  it(
    'cost nobody more who closes one of his own',
    async () => {
      const costs: Cost[][] = [];
      const seen = `${LAB}/seen`;
      const deeds: Deed[] = [
        {name: 'close', uid: NOBODY, words: 'port-leave', result: 'OK', how: 'mean 200'},
      ];
      await machine.ok(`${GUARD} clear`);
      for (const count of [1, MANY]) {
        const keeper = machine.spawn(
          `exec ${GUARD} keep-alike prefix=${WAY}/crowd/ count=${count} flags=${UNTIL_CLOSED} ${OPS} >${seen}`,
        );
        await machine.ok(`until grep -q '{}' ${seen}; do :; done`, {timeout: SLOW});
        costs.push(await measure(deeds));
        keeper.kill('SIGKILL');
        await keeper.exit;
        await machine.ok(`rm ${seen}`);
      }
      expectNoMore(deeds, costs);
    },
    SLOW,
  );
});

describe('a subscriber to many trees', () => {
  it(
    'costs no more than one to one tree',
    async () => {
      const costs: Cost[][] = [];
      const seen = `${LAB}/seen`;
      await machine.ok(`${GUARD} clear`);
      for (const count of [1, TREES]) {
        const trees = Array.from({length: count}, (_, i) => `tree=${STARTS}${i}`).join(' ');
        const watcher = machine.spawn(`exec ${GUARD} watch all=1 ${trees} >${seen}`);
        await machine.ok(`until grep -q subscribed ${seen}; do :; done`);
        costs.push(await measure(DEEP));
        watcher.kill('SIGKILL');
        await watcher.exit;
        await machine.ok(`rm ${seen}`);
      }
      expectNoMore(DEEP, costs);
    },
    SLOW,
  );
});
