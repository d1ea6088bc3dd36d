// SPDX-License-Identifier: MIT
import {type ChildProcess, spawn} from 'node:child_process';
import {mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';

import {DatagramSocket} from './datagrams.js';
import {Feed} from './feed.js';
import {fguard, finish, lineReader, saysOnStderr, start, startShell} from './fguard.js';
import {newFolder} from '../unit/folder.js';
import {expectDocument} from './schemas.js';

const ALLOW_DOCX = 'answers:\n  - {suffixes: [.docx], answer: allow, lifetime: 10m}\n';
const DENY_DOCX = 'default: deny\nanswers:\n  - {suffixes: [.docx], answer: deny}\n';
const WRONG = 'answers:\n  - {suffixes: [.docx], answer: alow}\n';

interface Running {
  feed: Feed;
  child: ChildProcess;
  config: string;
  next: () => Promise<Record<string, unknown>>;
  stop: (signal?: NodeJS.Signals) => Promise<number | null>;
}

async function startAgent(policy: string, env: Record<string, string> = {}): Promise<Running> {
  const feed = new Feed();
  const config = join(feed.folder, 'policy.yaml');
  writeFileSync(config, policy);
  const child = start(['agent', '--config', config, '--json'], {...feed.env, ...env});
  const ready = saysOnStderr(child, 'ready');
  const read = lineReader(child);
  const next = async () => JSON.parse(await read()) as Record<string, unknown>;
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    return exited;
  };
  await ready;
  return {feed, child, config, next, stop};
}

describe('agent', () => {
  it('answers what its policy knows, leaves the rest to others, and says both', async () => {
    const {feed, next, stop} = await startAgent(ALLOW_DOCX);
    feed.question(1, {op: 'read', path: '/srv/a.docx'});
    const decision = await next();
    expectDocument('decision', decision);
    expect(decision).toMatchObject({
      id: '1',
      path: '/srv/a.docx',
      answer: 'allow',
      lifetime: '10m',
      line: 2,
      result: 'taken',
    });
    feed.question(2, {path: '/srv/a.docx', newPath: '/srv/b.txt'});
    const left = await next();
    expectDocument('decision', left);
    expect(left).toMatchObject({id: '2', answer: 'ask', lifetime: null, line: null, result: null});
    feed.closed(2, 'answered', 'allow');
    const closed = await next();
    expectDocument('closed', closed);
    expect(closed).toMatchObject({id: '2', reason: 'answered'});
    expect(feed.answers()).toEqual(['answer id=1 verdict=0 lifetime=2 ttl=600000']);
    expect(await stop()).toBe(0);
    expect(feed.calls().slice(-2)).toEqual(['close', 'close']);
  });

  it.each([
    {signal: 'SIGTERM' as const, code: 0},
    {signal: 'SIGINT' as const, code: 130},
  ])('$signal ends it with $code', async ({signal, code}) => {
    const {feed, stop} = await startAgent(ALLOW_DOCX);
    expect(await stop(signal)).toBe(code);
    expect(feed.calls().slice(-2)).toEqual(['close', 'close']);
  });

  it('knows an executable by its file, not by its name', async () => {
    const folder = new Feed().folder;
    const link = join(folder, 'program');
    symlinkSync(process.execPath, link);
    const entry = (exe: string) => `  - {exes: [${exe}], answer: allow}\n`;
    const {feed, next, stop} = await startAgent(`answers:\n${entry('/bin/true')}${entry(link)}`);
    feed.question(1);
    expect(await next()).toMatchObject({answer: 'allow', line: 3});
    expect(await stop()).toBe(0);
  });

  it.each<[string, (config: string) => void]>([
    [
      'a change',
      (config) => {
        writeFileSync(config, DENY_DOCX);
      },
    ],
    [
      'a replacement',
      (config) => {
        writeFileSync(`${config}.new`, DENY_DOCX);
        renameSync(`${config}.new`, config);
      },
    ],
    [
      'a replacement by a link',
      (config) => {
        writeFileSync(`${config}.new`, DENY_DOCX);
        symlinkSync('policy.yaml.new', `${config}.link`);
        renameSync(`${config}.link`, config);
      },
    ],
  ])('reads its policy again after %s, also for what waits', async (_how, change) => {
    const {feed, child, config, next, stop} = await startAgent('answers: []\n');
    feed.question(1, {op: 'read', path: '/srv/a.docx'});
    expect(await next()).toMatchObject({id: '1', answer: 'ask'});
    const again = saysOnStderr(child, 'policy reloaded');
    change(config);
    await again;
    expect(await next()).toMatchObject({id: '1', answer: 'deny', lifetime: 'once', line: 3});
    feed.question(2, {path: '/srv/other'});
    expect(await next()).toMatchObject({id: '2', answer: 'deny', line: null});
    expect(await stop()).toBe(0);
  });

  it('reads its policy again at SIGHUP', async () => {
    const {child, stop} = await startAgent(ALLOW_DOCX);
    const again = saysOnStderr(child, 'policy reloaded');
    child.kill('SIGHUP');
    await again;
    expect(await stop()).toBe(0);
  });

  it('follows what a link leads to', async () => {
    const feed = new Feed();
    const target = join(feed.folder, 'target.yaml');
    const link = join(new Feed().folder, 'link.yaml');
    writeFileSync(target, ALLOW_DOCX);
    symlinkSync(target, link);
    const child = start(['agent', '--config', link], feed.env);
    const done = finish(child);
    await saysOnStderr(child, 'ready');
    const again = saysOnStderr(child, 'policy reloaded');
    writeFileSync(target, DENY_DOCX);
    await again;
    child.kill('SIGTERM');
    expect((await done).code).toBe(0);
  });

  it('follows a link that came later to a folder that it did not know', async () => {
    const {child, config, stop} = await startAgent(ALLOW_DOCX);
    const elsewhere = join(newFolder(), 'elsewhere.yaml');
    writeFileSync(elsewhere, DENY_DOCX);
    const turned = saysOnStderr(child, 'policy reloaded');
    symlinkSync(elsewhere, `${config}.link`);
    renameSync(`${config}.link`, config);
    await turned;
    const again = saysOnStderr(child, 'policy reloaded');
    writeFileSync(elsewhere, ALLOW_DOCX);
    await again;
    expect(await stop()).toBe(0);
  });

  it('notices that a folder on the way is another one', async () => {
    /*
     * folder/
     * ├── current -> one, later -> two
     * ├── one/policy.yaml
     * └── two/policy.yaml
     */
    const feed = new Feed();
    const at = (...names: string[]): string => join(feed.folder, ...names);
    for (const [name, policy] of Object.entries({one: ALLOW_DOCX, two: DENY_DOCX})) {
      mkdirSync(at(name));
      writeFileSync(at(name, 'policy.yaml'), policy);
    }
    symlinkSync('one', at('current'));
    const child = start(['agent', '--config', at('current', 'policy.yaml')], feed.env);
    const done = finish(child);
    await saysOnStderr(child, 'ready');
    const turned = saysOnStderr(child, 'policy reloaded');
    symlinkSync('two', at('next'));
    renameSync(at('next'), at('current'));
    await turned;
    const again = saysOnStderr(child, 'policy reloaded');
    writeFileSync(at('two', 'policy.yaml'), ALLOW_DOCX);
    await again;
    child.kill('SIGTERM');
    expect((await done).code).toBe(0);
  });

  it.each([
    ['other files in its folder are', 'other'],
    ['it is itself', 'policy.yaml'],
  ])('reads its policy again though %s written all the time', async (_what, name) => {
    const {feed, child, config, stop} = await startAgent(ALLOW_DOCX);
    const again = saysOnStderr(child, 'policy reloaded');
    // Writes in place what is there: appended to, the file soon is larger than a policy may be.
    const loop = 'while :; do echo "# busy" 1<>"$0"; done';
    const busy = spawn('/bin/sh', ['-c', loop, join(feed.folder, name)]);
    onTestFinished(() => void busy.kill('SIGKILL'));
    writeFileSync(config, `# busy\n${DENY_DOCX}`);
    await again;
    expect(await stop()).toBe(0);
  });

  it('follows a policy whose name is not UTF-8', async () => {
    const feed = new Feed();
    const config = Buffer.from(`${feed.folder}/caf\xe9.d/policy.yaml`, 'latin1');
    mkdirSync(config.subarray(0, config.lastIndexOf('/')));
    writeFileSync(config, ALLOW_DOCX);
    const script = 'exec "$0" "$1" agent --config "$2/$(printf "caf\\351.d/policy.yaml")"';
    const child = startShell(script, [feed.folder], feed.env);
    const done = finish(child);
    await saysOnStderr(child, 'ready');
    const again = saysOnStderr(child, 'policy reloaded');
    writeFileSync(config, DENY_DOCX);
    await again;
    child.kill('SIGTERM');
    expect((await done).code).toBe(0);
  });

  it('answers where changes cannot be followed, and says so', async () => {
    const broken = join(newFolder(), 'broken.cjs');
    writeFileSync(
      broken,
      "require('node:fs').watch = () => { throw Object.assign(new Error(), {code: 'ENOSPC'}); };",
    );
    const feed = new Feed();
    const config = join(feed.folder, 'policy.yaml');
    writeFileSync(config, ALLOW_DOCX);
    const env = {...feed.env, NODE_OPTIONS: `--require=${broken}`};
    const child = start(['agent', '--config', config, '--json'], env);
    const done = finish(child);
    await saysOnStderr(child, 'ready');
    feed.question(1, {op: 'read', path: '/srv/a.docx'});
    await feed.answered(1);
    const again = saysOnStderr(child, 'policy reloaded');
    child.kill('SIGHUP');
    await again;
    child.kill('SIGTERM');
    const {code, stderr} = await done;
    expect(code).toBe(0);
    expect(stderr).toContain('(ENOSPC); send SIGHUP to reload the policy');
  });

  it.each([
    ['wrong', WRONG, 'policy.yaml:2:33: "answer": unknown value "alow"; expected one of'],
    ['not there', undefined, 'cannot read'],
  ])('keeps its policy when the new one is %s', async (_name, text, complaint) => {
    const {feed, child, config, next, stop} = await startAgent(ALLOW_DOCX);
    const told = Promise.all([
      saysOnStderr(child, 'the previous policy stays active'),
      saysOnStderr(child, complaint),
    ]);
    if (text === undefined) rmSync(config);
    else writeFileSync(config, text);
    await told;
    feed.question(1, {op: 'read', path: '/srv/a.docx'});
    expect(await next()).toMatchObject({answer: 'allow'});
    const again = saysOnStderr(child, 'policy reloaded');
    writeFileSync(config, DENY_DOCX);
    await again;
    feed.question(2, {op: 'read', path: '/srv/a.docx'});
    expect(await next()).toMatchObject({answer: 'deny'});
    expect(await stop()).toBe(0);
  });

  it('does not begin with a policy that is wrong', async () => {
    const feed = new Feed();
    const config = join(feed.folder, 'policy.yaml');
    writeFileSync(config, WRONG);
    const {code, stderr} = await fguard(['agent', '--config', config], feed.env);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `${config}:2:33: "answer": unknown value "alow"; expected one of allow, deny, ask`,
    );
    expect(feed.calls()).toEqual([]);
  });

  it('tells its service manager how it fares', async () => {
    const [socket, path] = await DatagramSocket.bind();
    const agent = startAgent(ALLOW_DOCX, {NOTIFY_SOCKET: path, WATCHDOG_USEC: '100000'});
    expect(await socket.next()).toBe('READY=1 STATUS=answering from 1 entries');
    const {config, stop} = await agent;
    expect(await socket.next()).toBe('WATCHDOG=1');
    writeFileSync(config, WRONG);
    expect(await socket.until('RELOADING')).toMatch(/^RELOADING=1 MONOTONIC_USEC=\d+$/);
    expect(await socket.until('READY')).toContain('the new one is not valid');
    expect(await socket.next()).toBe('WATCHDOG=1');
    const code = stop();
    await socket.until('STOPPING=1');
    expect(await code).toBe(0);
  });

  it('keeps its watchdog content during a long piece of work', async () => {
    const [socket, path] = await DatagramSocket.bind();
    const folder = newFolder();
    const [busy, end] = [join(folder, 'busy.cjs'), join(folder, 'end')];
    writeFileSync(
      busy,
      `const {existsSync} = require('node:fs');
      process.on('SIGUSR2', () => {
        process.stderr.write('at work');
        while (!existsSync('${end}'));
        process.stderr.write('done');
      });`,
    );
    const {child, stop} = await startAgent(ALLOW_DOCX, {
      NOTIFY_SOCKET: path,
      WATCHDOG_USEC: '200000',
      NODE_OPTIONS: `--require=${busy}`,
    });
    const atWork = saysOnStderr(child, 'at work');
    child.kill('SIGUSR2');
    await atWork;
    for (let words = 0; words < 5; words++) await socket.until('WATCHDOG=1');
    const done = saysOnStderr(child, 'done');
    writeFileSync(end, '');
    await done;
    expect(await stop()).toBe(0);
  });

  it('a watchdog that is meant for another process is not its own', async () => {
    const [socket, path] = await DatagramSocket.bind(`@fguard-test-${process.pid}`);
    const env = {NOTIFY_SOCKET: path, WATCHDOG_USEC: '1000', WATCHDOG_PID: '1'};
    const {stop} = await startAgent(ALLOW_DOCX, env);
    expect(await socket.next()).toContain('READY=1');
    const code = stop();
    expect(await socket.next()).toBe('STOPPING=1');
    expect(await code).toBe(0);
  });

  it('goes on when its reader is gone', async () => {
    const {feed, child, next, stop} = await startAgent(ALLOW_DOCX);
    feed.question(1, {op: 'read', path: '/srv/a.docx'});
    await next();
    child.stdout?.destroy();
    for (const id of [2, 3]) {
      feed.question(id, {op: 'read', path: '/srv/a.docx'});
      await feed.answered(id);
    }
    expect(await stop()).toBe(0);
  });

  it('does not wait for a reader that takes nothing, and counts what that one missed', async () => {
    const feed = new Feed();
    const config = join(feed.folder, 'policy.yaml');
    writeFileSync(config, ALLOW_DOCX);
    const child = start(['agent', '--config', config, '--json'], feed.env);
    await saysOnStderr(child, 'ready');
    const count = 3000;
    for (let id = 1; id <= count; id++)
      feed.question(id, {op: 'read', path: `/srv/${'x'.repeat(700)}.docx`});
    expect(await feed.answered(count)).toHaveLength(count);
    child.kill('SIGTERM');
    const {code, stdout} = await finish(child);
    expect(code).toBe(0);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    const told = lines.filter((line) => 'answer' in line).length;
    const lost = lines.map((line) => ('lost' in line ? Number(line.lost) : 0));
    expect(told).toBeLessThan(count);
    expect(told + lost.reduce((sum, one) => sum + one, 0)).toBe(count);
  });
});
