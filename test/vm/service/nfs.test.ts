// SPDX-License-Identifier: MIT
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {Vm} from '../runner/vm.js';
import {
  EXPORT,
  GUARDED,
  LET_IN,
  MOUNTS,
  type Version,
  guard,
  mount,
  now,
  picture,
  refusals,
  serve,
  servers,
} from './exported.js';
import {isLoaded} from './guarded.js';
import {entries} from './journal.js';
import {boot, newDisk, write} from './machine.js';

/* A try: the operation that is refused, and what a shell does; $f a file, $a no file yet, $m the mount. */
type Try = readonly [op: string, command: string];

const perl = (words: string): string => `perl -e '${words} or die "$!\\n"'`;

/** To an object that is there. */
const TRIES: Record<string, Try> = {
  'read it': ['read', 'cat $f'],
  'write it': ['write', 'dd if=/dev/zero of=$f bs=4 count=1 conv=notrunc,fsync'],
  'append to it': ['write', 'echo more | dd of=$f oflag=append conv=notrunc,fsync'],
  'truncate it': ['truncate', `${perl('truncate($ARGV[0], 1)')} $f`],
  'change its mode': ['attr', 'chmod 700 $f'],
  'change its owner': ['attr', 'chown 4711 $f'],
  'change its times': ['attr', 'touch -c -d @4711 $f'],
  'delete it': ['delete', 'rm $f'],
  'rename it away': ['rename', 'mv $f $m/free/away'],
  'rename onto it': ['rename', 'mv -f -T $m/free/more $f'],
  'link it': ['link', 'ln $f $m/free/link'],
};

/** To a name that is not there. */
const CREATIONS: Record<string, Try> = {
  'create it': ['create', ': >$a'],
  'create it as a directory': ['create', 'mkdir $a'],
  'create it as a symbolic link': ['create', 'ln -s somewhere $a'],
  'create it as a pipe': ['create', 'mkfifo $a'],
  'create it as a link': ['create', 'ln $m/free/more $a'],
  'rename onto it while it is absent': ['rename', 'mv -T $m/free/more $a'],
};

/** What the client does another way, or has in one version alone. */
const SPECIAL: Record<Version, Record<string, Try>> = {
  'NFS 4.2': {
    'empty it when opening it': ['write', ': >$f'],
    'change an extended attribute': ['attr', 'setfattr -n user.word -v more $f'],
    'change its ACL': [
      'attr',
      'acl=$(getfattr -e hex -n system.nfs4_acl $f | sed -n s/.*=//p); setfattr -n system.nfs4_acl -v $acl $f',
    ],
  },
  'NFS 3': {
    'empty it when opening it': ['truncate', ': >$f'],
    'change its ACL': ['attr', 'setfacl -m u:4711:r $f'],
  },
};

const DIRECTORY: Record<string, Try> = {
  'list the tree': ['list', 'ls $m/vault'],
  'remove a directory of it': ['delete', 'rmdir $m/vault/empty'],
};

let vm: Vm;
let threads: string[];

/** Tries it over NFS: the client's errno, nothing changed, and the event names nfsd. */
async function expectRefused(version: Version, object: keyof typeof GUARDED, [op, command]: Try) {
  const m = MOUNTS[version];
  const {file, absent} = GUARDED[object];
  const [before, since] = [await picture(vm), await now(vm)];
  const words = `m=${m} f=${m}/${file} a=${m}/${absent}; ${command}`;
  expect(await vm.run(words)).toMatchObject({
    code: expect.toSatisfy((code) => code !== 0) as unknown,
    stderr: expect.stringMatching(/permission denied/i) as unknown,
  });
  const found = await refusals(vm, since, `FGUARD_OP=${op}`);
  expect(found.filter((entry) => entry.FGUARD_COMM !== 'nfsd')).toEqual([]);
  expect(found.filter((entry) => !threads.includes(String(entry.FGUARD_PID)))).toEqual([]);
  expect(found).toContainEqual(
    expect.objectContaining({FGUARD_OP: op, FGUARD_REASON: 'rule', FGUARD_VERDICT: 'deny'}),
  );
  expect(await picture(vm)).toBe(before);
}

const table = (tries: Record<string, Try>): [string, Try][] => Object.entries(tries);

describe.each(['6.1', 'newest'])('an NFS server of kernel %s', (kernel) => {
  beforeAll(async () => {
    vm = await boot(kernel, newDisk('bookworm', `nfs-${kernel}`));
    await serve(vm);
    threads = await servers(vm);
    expect(threads).not.toEqual([]);
    await guard(vm);
  });

  afterAll(() => vm.kill());

  describe.each(Object.keys(MOUNTS) as Version[])('over %s', (version) => {
    describe.each(Object.keys(GUARDED) as (keyof typeof GUARDED)[])('guarded by %s', (object) => {
      it.each(table({...TRIES, ...CREATIONS, ...SPECIAL[version]}))('cannot %s', (_, tried) =>
        expectRefused(version, object, tried),
      );
    });

    it.each(table(DIRECTORY))('cannot %s', (_, tried) => expectRefused(version, 'tree', tried));

    it('can do all that to what is not guarded, in the same file system', async () => {
      const m = MOUNTS[version];
      const since = await now(vm);
      for (const [name, [, command]] of table({...TRIES, ...CREATIONS, ...SPECIAL[version]})) {
        await vm.ok(`cd ${m}/free && rm -rf * && echo free >file && echo more >more`);
        const words = `m=${m} f=${m}/free/file a=${m}/free/absent; ${command}`;
        expect([name, await vm.run(words)]).toEqual([name, expect.objectContaining({code: 0})]);
      }
      expect(await entries(vm, `--since=${since} FGUARD_VERDICT=deny`)).toEqual([]);
      await vm.ok(`cd ${m}/free && rm -rf * && echo free >file && echo more >more`);
    });
  });

  it('is not asked about: it gets the default at once, and others are asked', async () => {
    await vm.ok(`echo asked >${EXPORT}/asked && echo let >${EXPORT}/let`);
    await write(vm, '/etc/fguard/agent.yaml', 'answers: []\ndefault: allow');
    await guard(
      vm,
      `rules:
  - {path: ${EXPORT}/asked, else: ask, deadline: 1h}
  - {path: ${EXPORT}/let, else: ask, deadline: 1h, default: allow}`,
    );
    await vm.ok('systemctl restart fguard-agent');
    expect(await vm.ok(`cat ${EXPORT}/asked`)).toBe('asked\n');
    for (const m of Object.values(MOUNTS)) {
      const since = await now(vm);
      expect((await vm.run(`cat ${m}/asked`)).stderr).toMatch(/permission denied/i);
      const [entry] = await refusals(vm, since, 'FGUARD_OP=read');
      expect(entry).toMatchObject({FGUARD_COMM: 'nfsd', FGUARD_REASON: 'unaskable'});
      expect(threads).toContain(entry?.FGUARD_PID);
      expect(await vm.ok(`cat ${m}/let`)).toBe('let\n');
    }
  });

  it('is not root to a rule when it serves somebody else', async () => {
    await guard(vm, `rules: [{path: ${EXPORT}/secret, allow: {uids: [0]}}]`);
    for (const place of [EXPORT, ...Object.values(MOUNTS)]) {
      const {stdout, stderr} = await vm.run(
        `setpriv --reuid 4711 --clear-groups cat ${place}/secret`,
      );
      expect([place, stdout, stderr]).toEqual([place, '', expect.stringMatching(/denied/)]);
    }
  });

  it('is not disturbed by rules elsewhere, nor where nothing of it is in memory', async () => {
    await vm.ok('mkdir -p /srv/else && echo treasure >/srv/else/secret');
    await guard(vm, `rules: [{path: /srv/else, tree: true}, {path: /srv/else, suffix: .docx}]`);
    expect((await vm.run('cat /srv/else/secret')).code).toBe(1);
    for (const m of Object.values(MOUNTS)) {
      const reader = vm.spawn(
        `exec 3<${m}/free/file; echo open; read -r; cat <&3 && cat ${m}/secret`,
      );
      await reader.waitFor('open');
      await vm.ok('sync && echo 3 >/proc/sys/vm/drop_caches');
      expect(await vm.ok(`cat ${m}/vault/kept && echo more >>${m}/letter.docx`)).toBe('treasure\n');
      reader.end();
      expect(await reader.exit).toMatchObject({code: 0});
    }
  });

  it('is a file system whose objects can be guarded where they are mounted', async () => {
    for (const m of Object.values(MOUNTS)) {
      await guard(
        vm,
        `rules:
  - {path: ${m}/free/file, allow: {exes: [${LET_IN}]}}
  - {path: ${m}/vault, tree: true, allow: {exes: [${LET_IN}]}}`,
      );
      const since = await now(vm);
      for (const file of ['free/file', 'vault/kept']) {
        for (const command of ['cat', 'truncate -s 0', 'chmod 700', 'rm', `ln -t ${m}`])
          expect((await vm.run(`${command} ${m}/${file}`)).stderr).toMatch(/permission denied/i);
        await vm.ok(`${LET_IN} ${m}/${file}`);
      }
      const found = await refusals(vm, since, 'FGUARD_COMM=ln');
      expect(found.filter((entry) => entry.FGUARD_COMM === 'nfsd')).toEqual([]);
    }
  });

  it('ends, with the mounts and the module, and nothing is left', async () => {
    await guard(vm);
    await vm.ok(`umount ${Object.values(MOUNTS).join(' ')}`);
    await mount(vm);
    await expectRefused('NFS 4.2', 'path', ['read', 'cat $f']);
    await vm.ok(`umount ${Object.values(MOUNTS).join(' ')} && systemctl stop nfs-server`);
    expect(await servers(vm).catch(() => [])).toEqual([]);
    await vm.ok(`systemctl stop fguard && umount ${EXPORT}`);
    expect(await isLoaded(vm)).toBe(false);
    await vm.checkKernelLog();
    await vm.shutdown();
  });
});
