// SPDX-License-Identifier: MIT
/* Programs that replace, truncate and accompany files, as they are, under rules about these. */
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {Vm} from '../runner/vm.js';
import {boot, newDisk, write} from './machine.js';
import {expectRefused, expectWhole, save} from './saved.js';

const TERMINAL = {terminal: {rows: 24, columns: 100}};
let vm: Vm;

beforeAll(async () => {
  vm = await boot('6.1', newDisk('software', 'software'));
  await vm.ok('fguard service install');
});

afterAll(() => vm.kill());

const inode = (path: string): Promise<string> => vm.ok(`stat -c %i ${path}`);

/*
 * /var/log/
 * ├── made.log       rotated by renaming it; tee may append
 * ├── made.log.1     does not exist yet; cat may read
 * ├── copied.log     rotated by copying and truncating it; tee may append
 * └── kept/a.log     a guarded tree, rotated with compression
 */
describe('logrotate', () => {
  const APPEND = 'tee -a >/dev/null';
  const CONFIG = `/var/log/made.log { size 1
  rotate 3
  create 0640 root adm
}
/var/log/copied.log { size 1
  rotate 3
  copytruncate
}
/var/log/kept/*.log { size 1
  rotate 3
  create
  compress
}`;

  const rotate = (): Promise<string> => vm.ok('systemctl start logrotate.service');

  beforeAll(async () => {
    const allow = 'allow: {exes: [/usr/sbin/logrotate, /usr/bin/tee]}';
    await vm.ok('mkdir /var/log/kept && cd /var/log && touch made.log copied.log kept/a.log');
    await write(vm, '/etc/logrotate.d/own', CONFIG);
    await save(
      vm,
      `{path: /var/log/made.log, ${allow}}`,
      '{path: /var/log/made.log.1, allow: {exes: [/usr/sbin/logrotate, /usr/bin/cat]}}',
      `{path: /var/log/copied.log, ${allow}}`,
      `{path: /var/log/kept, tree: true, ${allow}}`,
    );
  });

  it('makes a log anew that nobody else opens, not for a moment', async () => {
    const opener = vm.spawn(
      'echo begun; until : </var/log/made.log; do :; done 2>/dev/null; echo opened',
    );
    await opener.waitFor('begun');
    const before = await inode('/var/log/made.log');
    await vm.ok(`echo first | ${APPEND} /var/log/made.log`);
    await rotate();
    expect(await inode('/var/log/made.log')).not.toBe(before);
    await vm.ok(`echo second | ${APPEND} /var/log/made.log`);
    opener.kill('SIGKILL');
    expect((await opener.exit).stdout).toBe('begun\n');
    await expectRefused(vm, 'cat /var/log/made.log');
    await expectWhole(vm);
  });

  it('leaves each log to the rule about the name that it has now', async () => {
    expect(await vm.ok('cat /var/log/made.log.1')).toBe('first\n');
    await expectRefused(vm, 'head /var/log/made.log.1', 'echo more | tee -a /var/log/made.log.1');
    await rotate();
    expect(await vm.ok('cat /var/log/made.log.1')).toBe('second\n');
    // no rule is about this name
    expect(await vm.ok('head /var/log/made.log.2')).toBe('first\n');
    await expectRefused(vm, 'cat /var/log/made.log');
  });

  it('copies and truncates a log under who writes it', async () => {
    const writer = vm.spawn('tee -a /var/log/copied.log');
    writer.write('first\n');
    await writer.waitFor('first');
    await rotate();
    writer.write('2nd\n');
    await writer.waitFor('2nd');
    writer.end();
    await writer.exit;
    expect(await vm.ok('stat -c %s /var/log/copied.log')).toBe('4\n');
    await expectRefused(vm, 'cat /var/log/copied.log');
    await expectWhole(vm);
  });

  it('leaves in a guarded tree all that it makes', async () => {
    for (const line of ['first', 'second']) {
      await vm.ok(`echo ${line} | ${APPEND} /var/log/kept/a.log`);
      await rotate();
    }
    const names = ['a.log', 'a.log.1.gz', 'a.log.2.gz'];
    await expectRefused(vm, ...names.map((name) => `cat /var/log/kept/${name}`));
    await vm.ok('systemctl stop fguard');
    expect(await vm.ok('zcat /var/log/kept/a.log.[12].gz')).toBe('second\nfirst\n');
    await vm.ok('systemctl start fguard');
  });
});

/*
 * /srv/notes/
 * ├── todo           guarded by its path
 * └── own/diary      guarded in a tree
 */
describe('vim', () => {
  const TODO = '/srv/notes/todo';
  const DIARY = '/srv/notes/own/diary';
  const change = (words: string, file: string): string =>
    `vim -u NONE -es -c '${words}' -c 'wq!' ${file}`;

  beforeAll(async () => {
    await vm.ok(`mkdir -p /srv/notes/own && echo one >${TODO} && echo one >${DIARY}`);
    await vm.ok('cp /usr/bin/vim.basic /usr/local/bin/other-vim');
    const allow = 'allow: {exes: [/usr/bin/vim.basic]}';
    await save(vm, `{path: ${TODO}, ${allow}}`, `{path: /srv/notes/own, tree: true, ${allow}}`);
  });

  it.each([
    ['in place', 'yes', false],
    ['by renaming a new one to its name', 'no', true],
  ])('writes a guarded file %s, which stays guarded', async (_how, copies, isNew) => {
    const before = await inode(TODO);
    await vm.ok(change(`set backupcopy=${copies} writebackup | %s/$/ more/`, TODO));
    expect((await inode(TODO)) !== before).toBe(isNew);
    await expectRefused(vm, `cat ${TODO}`);
    await vm.ok(change('%s/more/and more/', TODO));
    await expectWhole(vm);
  });

  it('is not let in as another program', async () => {
    const before = await vm.ok(`stat -c '%i %s %y' ${TODO}`);
    const other = change('%s/$/ others/', TODO).replace('vim', 'other-vim');
    expect((await vm.run(other)).code).not.toBe(0);
    expect(await vm.ok(`stat -c '%i %s %y' ${TODO}`)).toBe(before);
  });

  it('has its own files guarded in a tree', async () => {
    const editor = vm.spawn(`vim -u NONE -c 'set backup' ${DIARY}`, TERMINAL);
    await editor.waitFor('one');
    editor.write('onew words\x1b:preserve\r:echo "kept" . "-it"\r');
    await editor.waitFor('kept-it');
    await expectRefused(vm, 'cat /srv/notes/own/.diary.swp', 'cp /srv/notes/own/.diary.swp /root');
    editor.write(':wq\r');
    expect((await editor.exit).code).toBe(0);
    await expectRefused(vm, `cat ${DIARY}`, `cat ${DIARY}~`);
  });
});

/*
 * /srv/db/
 * ├── app.db                               guarded by path
 * └── app.db-journal, app.db-wal, app.db-shm   too, whether or not they exist
 */
describe('sqlite', () => {
  const DB = '/srv/db/app.db';
  const sql = (words: string): Promise<string> => vm.ok(['sqlite3', DB, words]);
  const FILES = [DB, `${DB}-wal`, `${DB}-shm`];

  beforeAll(async () => {
    await vm.ok('mkdir /srv/db');
    const rules = ['', '-journal', '-wal', '-shm'].map(
      (end) => `{path: ${DB}${end}, allow: {exes: [/usr/bin/sqlite3]}}`,
    );
    await save(vm, ...rules);
  });

  it('makes a database, with the journal that it deletes and the one that it writes ahead', async () => {
    await sql('create table words (word); insert into words values (1)');
    await expectRefused(vm, `cat ${DB}`);
    expect(await sql('pragma journal_mode = wal')).toBe('wal\n');
    await expectRefused(vm, `cat ${DB}`);
  });

  it('shares a log and its index among its processes, and with nobody else', async () => {
    const first = vm.spawn(`sqlite3 ${DB}`);
    first.write("insert into words values (2); select count(*) || ' rows' from words;\n");
    await first.waitFor('2 rows');
    expect(await sql('insert into words values (3); select count(*) from words')).toBe('3\n');
    await expectRefused(
      vm,
      ...FILES.flatMap((file) => [`cat ${file}`, `cp ${file} /root/`, `mv ${file} /root/`]),
    );
    first.write("select count(*) || ' rows' from words;\n");
    await first.waitFor('3 rows');
    first.end();
    expect((await first.exit).code).toBe(0);
    // the last one to leave has removed them
    expect((await vm.run(`ls ${DB}-wal`)).code).not.toBe(0);
  });

  it('vacuums, and has new files of these names guarded again', async () => {
    const second = vm.spawn(`sqlite3 ${DB}`);
    second.write("vacuum; insert into words values (4); select count(*) || ' rows' from words;\n");
    await second.waitFor('4 rows');
    await expectRefused(vm, ...FILES.map((file) => `cat ${file}`));
    second.end();
    expect((await second.exit).code).toBe(0);
    await expectRefused(vm, `: >${DB}-wal`, `: >${DB}-journal`);
    await expectWhole(vm);
  });
});

/*
 * /srv/code/
 * ├── main/.git        guarded as a tree
 * ├── main/site.env    guarded by its suffix, below /srv/code
 * └── side/site.env    in a working tree that is added later
 */
describe('git', () => {
  const git = (words: string, at = 'main'): Promise<string> =>
    vm.ok(`git -C /srv/code/${at} -c user.name=ann -c user.email=ann@localhost ${words}`);

  beforeAll(async () => {
    await vm.ok('git init -q -b one /srv/code/main && echo secret >/srv/code/main/site.env');
    await git('add site.env');
    await git('commit -q -m one');
    const allow = 'allow: {exes: [/usr/bin/git, /usr/lib/git-core/git]}';
    await save(
      vm,
      `{path: /srv/code/main/.git, tree: true, ${allow}}`,
      `{path: /srv/code, suffix: .env, ${allow}}`,
    );
  });

  it('adds a working tree whose files are guarded as those of the first', async () => {
    await git('worktree add -q ../side -b two');
    await expectRefused(
      vm,
      'cat /srv/code/side/site.env',
      'cat /srv/code/main/.git/worktrees/side/HEAD',
      'mv /srv/code/side /srv/away',
    );
    expect(await git('status --short', 'side')).toBe('');
  });

  it('commits, stashes, packs and switches there', async () => {
    await git('mv site.env other.env', 'side');
    await git('commit -q -m two', 'side');
    await git('gc -q', 'side');
    expect(await git('log --format=%s', 'side')).toBe('two\none\n');
    await git('checkout -q --detach one', 'side');
    await expectRefused(vm, 'cat /srv/code/side/site.env', 'cat /srv/code/main/.git/packed-refs');
  });

  it('moves and removes it', async () => {
    await git('worktree move ../side ../third');
    await expectRefused(vm, 'cat /srv/code/third/site.env', 'rm /srv/code/third/site.env');
    await git('worktree remove ../third');
    expect((await vm.run('ls /srv/code/third')).code).not.toBe(0);
    await expectWhole(vm);
    await vm.shutdown();
  });
});
