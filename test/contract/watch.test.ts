// SPDX-License-Identifier: MIT
/* The real reader thread, the real FFI, the real pipes: only the kernel is missing. */
import {existsSync, readFileSync, watch as watchFile} from 'node:fs';
import {hostname} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';

import {BUFFERS} from '../../src/native/stream.js';
import {newFolder} from '../unit/folder.js';
import {fguard, finish, saysOnStderr, start, startShell} from './fguard.js';
import {expectDocument} from './schemas.js';

const lines = (text: string): string[] => text.trimEnd().split('\n');
const documents = (text: string): Record<string, unknown>[] =>
  lines(text).map((line) => JSON.parse(line) as Record<string, unknown>);

const readLog = (log: string): string[] =>
  existsSync(log) ? lines(readFileSync(log, 'utf8')) : [];

/** Resolves when the reader thread has written this line to its log. */
function logged(folder: string, wanted: (log: string[]) => boolean): Promise<void> {
  const log = join(folder, 'log');
  return new Promise((resolve) => {
    const look = (): void => {
      if (!wanted(readLog(log))) return;
      watcher.close();
      resolve();
    };
    const watcher = watchFile(folder, look);
    look();
  });
}

describe('watch', () => {
  it('--json prints an object a line, of the kinds of the interface', async () => {
    const {code, stdout, stderr} = await fguard(['watch', '--json', '--count', '2'], {
      FAKE_EVENTS: 'gap',
    });
    expect([code, stderr]).toEqual([0, '']);
    const found = documents(stdout);
    expect(found.map(({type}) => type)).toEqual(['access', 'gap', 'access']);
    for (const document of found) expectDocument(String(document.type), document);
    expect(found[0]).toMatchObject({comm: 'rm\u001b[2J', path: '/srv/a.db', user: null});
    expect(found[1]).toMatchObject({lost: 120, from: '2026-01-01T00:00:00.000000Z'});
  });

  it.each([
    ['ecs', {kind: 'event', sequence: 1}, {kind: 'pipeline_error'}],
    ['ocsf', undefined, undefined],
  ])('--format %s prints a line for each, with where it comes from', async (format, one, gap) => {
    const {code, stdout} = await fguard(['watch', '--format', format, '--count', '2'], {
      FAKE_EVENTS: 'gap',
    });
    expect(code).toBe(0);
    const found = documents(stdout);
    const host = format === 'ecs' ? 'host.name' : 'device.hostname';
    for (const document of found) expect(document).toHaveProperty(host, hostname());
    if (format === 'ocsf') for (const document of found) expectDocument('ocsf', document);
    else expect(found.map(({event}) => event)).toMatchObject([one, gap, {sequence: 3}]);
    expect(found[0]).toMatchObject({file: {path: '/srv/a.db'}});
  });

  it('for a person, what others named cannot command the terminal', async () => {
    const {stdout} = await fguard(['watch', '--count', '1'], {FAKE_EVENTS: '1'});
    expect(stdout).toContain('rm\\x1b[2J[100]');
    expect(stdout).not.toContain('\u001b');
  });

  it('how asking ended stands behind the flags, and in front of the path', async () => {
    const env = {FAKE_EVENTS: '1', FAKE_REASON: '3', FAKE_DETAIL: '1'};
    const [document] = documents((await fguard(['watch', '--json', '--count', '1'], env)).stdout);
    expectDocument('access', document);
    expect(document).toMatchObject({reason: 'default', flags: ['no-answerer']});
    const {stdout} = await fguard(['watch', '--count', '1'], env);
    expect(stdout).toContain('[no-answerer] /srv/a.db');
  });

  it('the filter reaches the library', async () => {
    const folder = newFolder();
    const log = join(folder, 'log');
    const args = ['watch', '--tree', folder, '--suffix', '.docx', '--op', 'read,delete'];
    const more = ['--verdict', 'deny', '--pid', '1', '--exe', process.execPath, '--user', 'root'];
    await fguard([...args, ...more, '--all', '--for', '1ms'], {FAKE_LOG: log});
    expect(readLog(log)).toEqual(
      expect.arrayContaining([
        'subscribe all=1 ops=17 verdicts=2',
        `tree ${folder}`,
        'suffix .docx',
        `exe ${process.execPath}`,
        'pid 1',
        'uid 0',
      ]),
    );
  });

  it('--count ends in the middle of a batch', async () => {
    const {code, stdout} = await fguard(['watch', '--json', '--count', '700'], {
      FAKE_EVENTS: 'flood',
    });
    expect(code).toBe(0);
    expect(documents(stdout).map(({seq}) => seq)).toEqual(
      Array.from({length: 700}, (_, i) => i + 1),
    );
  });

  it('--for ends a stream without events', async () => {
    const {code, stderr} = await fguard(['watch', '--all', '--for', '50ms'], {FAKE_EVENTS: '0'});
    expect([code, stderr]).toEqual([0, 'watching; press Ctrl-C to quit\n0 events\n']);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends a silent stream', async (signal) => {
    const child = start(['watch', '--all'], {FAKE_EVENTS: '0'});
    const done = finish(child);
    await saysOnStderr(child, 'watching');
    child.kill(signal);
    expect((await done).code).toBe(130);
  });

  it('Ctrl-C ends a flood that nobody reads', async () => {
    const folder = newFolder();
    const env = {FAKE_EVENTS: 'flood', FAKE_LOG: join(folder, 'log')};
    const child = start(['watch', '--json', '--all'], env);
    await logged(folder, (log) => log.filter((line) => line.startsWith('batch')).length >= BUFFERS);
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.on('exit', resolve));
    expect(code).toBe(130);
    expect(readLog(env.FAKE_LOG).slice(-2)).toEqual(['interrupt', 'close']);
  });

  it('Ctrl-C ends a flood that is read as fast as it comes', async () => {
    const folder = newFolder();
    const env = {FAKE_EVENTS: 'flood', FAKE_RAISE: '20', FAKE_LOG: join(folder, 'log')};
    const child = startShell('exec "$0" "$1" watch --json --all >/dev/null', [], env);
    expect((await finish(child)).code).toBe(130);
    const log = readLog(env.FAKE_LOG);
    const after = log.slice(log.indexOf('raise')).filter((line) => line.startsWith('batch'));
    expect(after.length).toBeLessThanOrEqual(2 * BUFFERS);
  });

  it('a reader that stops makes the stream stop, not grow; nothing is cut off', async () => {
    const folder = newFolder();
    const log = join(folder, 'log');
    const env = {FAKE_EVENTS: 'flood', FAKE_LOG: log};
    const child = start(['watch', '--json', '--all', '--for', '1s'], env);
    await logged(folder, (found) => found.includes('interrupt'));
    /* Those in flight, and what the pipe and our own output took. */
    const batches = readLog(log).filter((line) => line.startsWith('batch'));
    expect(batches.length).toBeGreaterThanOrEqual(BUFFERS);
    expect(batches.length).toBeLessThanOrEqual(2 * BUFFERS);
    const {code, stdout} = await finish(child);
    expect(code).toBe(0);
    expect(stdout.endsWith('}\n')).toBe(true);
    expect(documents(stdout).map(({seq}) => seq)).toEqual(
      lines(stdout).map((_line, index) => index + 1),
    );
  });

  it('a flood is read to its count, in order and whole', async () => {
    const count = 200_000;
    const {code, stdout} = await fguard(['watch', '--json', '--count', String(count)], {
      FAKE_EVENTS: 'flood',
    });
    expect(code).toBe(0);
    let seq = 0;
    for (const line of lines(stdout))
      expect(line.startsWith(`{"type":"access","seq":${++seq},`)).toBe(true);
    expect(seq).toBe(count);
  }, 60_000);

  it.each(['flood', '0'])('a closed pipe ends it quietly (%s)', async (events) => {
    const child = start(['watch', '--all'], {FAKE_EVENTS: events});
    const done = finish(child);
    await saysOnStderr(child, 'watching');
    child.stdout?.destroy();
    expect(await done).toMatchObject({code: 0, stderr: 'watching; press Ctrl-C to quit\n'});
  });

  it('an unloaded module ends it with 3, and the events before are out', async () => {
    const {code, stdout, stderr} = await fguard(['watch', '--all'], {FAKE_EVENTS: 'unload'});
    expect(code).toBe(3);
    expect(lines(stdout)).toHaveLength(1);
    expect(stderr).toContain('the module was unloaded');
    expect(stderr).toContain('sudo fguard load');
  });

  it('with --json that is the last line, also where standard output is a socket', async () => {
    const {code, stdout} = await fguard(['watch', '--json'], {FAKE_EVENTS: 'unload'});
    expect(code).toBe(3);
    const [event, failure, ...more] = lines(stdout);
    expect(more).toEqual([]);
    expect(event).toContain('"type":"access"');
    expectDocument('error', JSON.parse(failure ?? ''));
  });

  it('a record that is no record is a bug, told as one', async () => {
    const {code, stderr} = await fguard(['watch', '--all'], {FAKE_EVENTS: 'broken'});
    expect(code).toBe(1);
    expect(stderr).toContain('malformed event record');
  });

  it('without a rule and without a path it says that nothing is guarded', async () => {
    const bare = await fguard(['watch', '--count', '1'], {FAKE_EVENTS: '1'});
    expect(bare.stderr).toContain('nothing is guarded yet');
    const guarded = await fguard(['watch', '--count', '1'], {FAKE_EVENTS: '1', FAKE_RULES: '1'});
    expect(guarded.stderr).not.toContain('nothing is guarded yet');
  });
});
