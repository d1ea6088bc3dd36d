// SPDX-License-Identifier: MIT
/* `watch --format journal` with a socket in the place of the journal. */
import {chmodSync, existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';

import {eventually} from '../unit/eventually.js';
import {newFolder} from '../unit/folder.js';
import {parseEntry} from '../unit/journal.js';
import {DatagramSocket} from './datagrams.js';
import {fguard, finish, saysOnStderr, start} from './fguard.js';
import {isRunning} from './running.js';

const ARGS = ['watch', '--verdict', 'deny', '--format', 'journal'];

type Entry = Record<string, string>;

const nextEntry = async (journal: DatagramSocket): Promise<Entry> =>
  Object.fromEntries(parseEntry(await journal.bytes()));

/* The numbers of so many events. */
async function numbers(journal: DatagramSocket, count: number): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) found.push(Number((await nextEntry(journal)).FGUARD_SEQ));
  return found;
}

const upTo = (count: number): number[] => Array.from({length: count}, (_, index) => index + 1);

describe('watch --format journal', () => {
  it('makes an entry of each event and of each gap, and prints nothing', async () => {
    const [journal, path] = await DatagramSocket.bind();
    const env = {FGUARD_JOURNAL: path, FAKE_EVENTS: 'gap'};
    expect(await fguard([...ARGS, '--count', '2'], env)).toMatchObject({code: 0, stdout: ''});
    expect(await nextEntry(journal)).toMatchObject({
      MESSAGE: 'deny delete rm\\x1b\\x5b2J[100] root rule 7 /srv/a.db',
      FGUARD_COMM: 'rm\u001b[2J',
      FGUARD_SEQ: '1',
    });
    expect(await nextEntry(journal)).toMatchObject({FGUARD_TYPE: 'gap', FGUARD_LOST: '120'});
    expect(await nextEntry(journal)).toMatchObject({FGUARD_TYPE: 'access', FGUARD_SEQ: '3'});
  });

  it('a name of several lines stays in its field', async () => {
    const [journal, path] = await DatagramSocket.bind();
    const object = '/srv/a\nFGUARD_VERDICT=allow\n';
    const env = {FGUARD_JOURNAL: path, FAKE_EVENTS: '1', FAKE_OBJECT: object};
    await fguard([...ARGS, '--count', '1'], env);
    const fields = parseEntry(await journal.bytes());
    expect(fields.filter(([name]) => name === 'FGUARD_VERDICT')).toEqual([
      ['FGUARD_VERDICT', 'deny'],
    ]);
    expect(fields).toContainEqual(['FGUARD_PATH', object]);
  });

  it('waits while the journal takes nothing, and loses nothing', async () => {
    const [journal, path] = await DatagramSocket.bind();
    journal.stop();
    const env = {FGUARD_JOURNAL: path, FAKE_EVENTS: 'flood'};
    const child = start([...ARGS, '--count', '1500'], env);
    const done = finish(child);
    await saysOnStderr(child, 'watching');
    journal.continue();
    expect(await numbers(journal, 1500)).toEqual(upTo(1500));
    expect((await done).code).toBe(0);
  });

  it('goes on when the journal has gone and is back', async () => {
    const [before, path] = await DatagramSocket.bind();
    const env = {FGUARD_JOURNAL: path, FAKE_EVENTS: 'flood'};
    const child = start(ARGS, env);
    const done = finish(child);
    await numbers(before, 1);
    await before.end();
    rmSync(path);
    const [journal] = await DatagramSocket.bind(path);
    const [first = 0, ...rest] = await numbers(journal, 500);
    expect(rest).toEqual(upTo(499).map((number) => number + first));
    child.kill('SIGTERM');
    expect((await done).code).toBe(130);
  });

  it('a signal ends it while the journal takes nothing', async () => {
    const [journal, path] = await DatagramSocket.bind();
    const child = start(ARGS, {FGUARD_JOURNAL: path, FAKE_EVENTS: 'flood'});
    const done = finish(child);
    await numbers(journal, 1);
    journal.stop();
    child.kill('SIGTERM');
    expect((await done).code).toBe(130);
  });

  it('does not depend on standard output', async () => {
    const [journal, path] = await DatagramSocket.bind();
    const child = start(ARGS, {FGUARD_JOURNAL: path, FAKE_EVENTS: 'flood'});
    const done = finish(child);
    child.stdout?.destroy();
    expect(await numbers(journal, 5000)).toEqual(upTo(5000));
    child.kill('SIGTERM');
    expect((await done).code).toBe(130);
  });

  it('does not wait for names: digits stand for them until they are known', async () => {
    const [journal, path] = await DatagramSocket.bind();
    const folder = newFolder();
    const pids = join(folder, 'pids');
    writeFileSync(join(folder, 'getent'), `#!/bin/sh\necho $$ >>${pids}\nexec sleep 1000\n`);
    chmodSync(join(folder, 'getent'), 0o755);
    const env = {FGUARD_JOURNAL: path, FAKE_EVENTS: 'flood', FAKE_UID: '123456789'};
    const child = start(ARGS, {...env, PATH: `${folder}:${process.env.PATH ?? ''}`});
    const done = finish(child);
    expect(await nextEntry(journal)).toMatchObject({
      MESSAGE: 'deny delete rm\\x1b\\x5b2J[100] 123456789 rule 7 /srv/a.db',
    });
    expect(await numbers(journal, 2000)).toHaveLength(2000);
    await eventually(() => {
      expect(existsSync(pids)).toBe(true);
    });
    child.kill('SIGTERM');
    expect((await done).code).toBe(130);
    const [pid, ...more] = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
    expect(more).toEqual([]);
    await eventually(() => {
      expect(isRunning(pid ?? 0)).toBe(false);
    });
  });

  it('without a journal, says where it looked', async () => {
    const path = join(newFolder(), 'socket');
    const {code, stdout} = await fguard([...ARGS, '--json'], {FGUARD_JOURNAL: path});
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      error: {code: 'ENOJOURNAL', message: `no journal at ${path}`},
    });
  });

  it('as a service tells its manager, and leaves out what is for a person', async () => {
    const [, path] = await DatagramSocket.bind();
    const [manager, notify] = await DatagramSocket.bind();
    const env = {NOTIFY_SOCKET: notify, WATCHDOG_USEC: '100000'};
    const child = start(ARGS, {FGUARD_JOURNAL: path, FAKE_EVENTS: '0', ...env});
    const done = finish(child);
    expect(await manager.next()).toBe('READY=1 STATUS=watching');
    expect(await manager.next()).toBe('WATCHDOG=1');
    child.kill('SIGTERM');
    await manager.until('STOPPING=1');
    expect(await done).toMatchObject({code: 130, stderr: ''});
  });

  it('tells its manager that it lives as soon as it can, not an interval later', async () => {
    const [, path] = await DatagramSocket.bind();
    const [manager, notify] = await DatagramSocket.bind();
    const env = {NOTIFY_SOCKET: notify, WATCHDOG_USEC: '3600000000'};
    const child = start(ARGS, {FGUARD_JOURNAL: path, FAKE_EVENTS: '0', ...env});
    const done = finish(child);
    await manager.until('WATCHDOG=1');
    child.kill('SIGTERM');
    await done;
  });
});
