// SPDX-License-Identifier: MIT
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';

import type {KernelRule} from '../../../../src/domain/rule.js';
import {ticksNow} from '../../../../src/linux/proc.js';
import {noteFormer, rollBack} from '../../../../src/services/rule-files/former.js';
import {FakeGuard} from '../../fake-guard.js';
import {newFolder} from '../../folder.js';
import {REQUEST, RULE} from '../../plain-rule.js';

let guard: FakeGuard;
const folder = newFolder();
const children: ChildProcess[] = [];

beforeEach(() => {
  guard = new FakeGuard();
});

afterEach(async () => {
  await Promise.all(children.splice(0).map(kill));
});

/* A shell that starts a process for each line it is sent, and says its number. */
function startShell(): ChildProcess {
  const script = 'while read -r x; do cat <&4 >/dev/null & echo $!; done';
  const shell = spawn('sh', ['-c', script], {stdio: ['pipe', 'pipe', 'inherit', 'ignore', 'pipe']});
  children.push(shell);
  return shell;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function startChild(shell: ChildProcess): Promise<number> {
  shell.stdin?.write('x\n');
  const [line] = (await once(shell.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  return Number(line.toString());
}

const pidOf = ({pid}: ChildProcess): number => pid ?? 0;
const path = (name: string): string => join(folder, name);
const rule = (terms: Partial<KernelRule>): KernelRule => ({...RULE, path: path('a'), ...terms});
const grant = (pid: number, alive = true) => ({pid, comm: 'x', alive});
const pids = (): number[][] => guard.rules.map(({grants}) => grants.map(({pid}) => pid));

/** Applies rules about "new", lets something happen, and rolls back. */
async function applyAndRollBack(
  rules: KernelRule[],
  meanwhile: () => void | Promise<void> = () => undefined,
): Promise<void> {
  guard.rules = rules;
  const requests = [{...REQUEST, path: path('new')}];
  const former = noteFormer(guard, requests);
  guard.setRules(requests);
  await meanwhile();
  rollBack(guard, former);
}

describe('a roll-back', () => {
  it('brings back the former rules, with the processes that live', async () => {
    const [alive, dying] = [startShell(), startShell()];
    const grants = [grant(pidOf(alive)), grant(pidOf(dying)), grant(4_194_303, false)];
    const first = rule({name: 'n', tree: true, uids: [1], grants});
    await applyAndRollBack([first, rule({path: null, suffix: '.x'})], () => kill(dying));
    expect(guard.rules).toMatchObject([
      {name: 'n', path: path('a'), tree: true, uids: [1], grants: [{pid: pidOf(alive)}]},
      {path: null, suffix: '.x', grants: []},
    ]);
  });

  it('lets in nobody where the processes are gone, though others are named', async () => {
    const dying = startShell();
    const one = rule({grants: [grant(pidOf(dying))], uids: [0], exes: ['/usr/bin/ls']});
    await applyAndRollBack([one], () => kill(dying));
    expect(guard.rules).toMatchObject([{path: path('a'), grants: [], uids: [], exes: []}]);
  });

  it('leaves out what would have ended meanwhile', async () => {
    const dying = startShell();
    const grants = [grant(pidOf(dying))];
    const over = rule({path: path('b'), expiresAt: Date.now() - 1});
    const later = rule({path: path('c'), expiresAt: Date.now() + 3_600_000});
    await applyAndRollBack([rule({untilExit: true, grants}), over, later], () => kill(dying));
    expect(guard.rules).toMatchObject([{path: path('c')}]);
    const left = (guard.rules[0]?.expiresAt ?? 0) - Date.now();
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(3_600_000);
  });

  it('leaves out what ends at this very moment, and does not make it last for ever', async () => {
    const now = Date.now();
    vi.spyOn(Date, 'now').mockReturnValue(now);
    await applyAndRollBack([rule({expiresAt: now}), rule({path: path('b'), expiresAt: now + 1})]);
    vi.restoreAllMocks();
    expect(guard.rules).toMatchObject([{path: path('b')}]);
  });

  it('lets in descendants: those that were, and those they have started since', async () => {
    const shell = startShell();
    const [before, inside] = [await startChild(shell), await startChild(shell)];
    /* The kernel knows that the first began before the rule. */
    guard.explain = ({pid}) => ({
      verdict: 0,
      reason: 0,
      rule: 7,
      matches: [{rule: 7, kind: 0, distance: 0, concerned: true, allowed: pid === inside}],
    });
    await nextTick();
    let since = 0;
    const family = rule({id: 7, children: true, grants: [grant(pidOf(shell))]});
    await applyAndRollBack([family], async () => {
      since = await startChild(shell);
    });
    expect(pids()[0]?.toSorted()).toEqual([pidOf(shell), inside, since].toSorted());
    expect(pids()[0]).not.toContain(before);
  });

  it('keeps what was added meanwhile, also in the place of a former rule', async () => {
    await applyAndRollBack([rule({name: 'n'}), rule({path: path('b'), uids: [1]})], () => {
      guard.addRules([
        {...REQUEST, path: path('later'), name: 'n'},
        {...REQUEST, path: path('b'), uids: [2]},
      ]);
    });
    expect(guard.rules).toMatchObject([
      {path: path('a'), name: null},
      {path: path('later'), name: 'n'},
      {path: path('b'), uids: [2]},
    ]);
  });

  it('does not fail for a directory, an executable or a cgroup that is gone', async () => {
    const gone = [
      rule({path: '/no/such/file'}),
      rule({path: '/usr/bin/ls/below-a-file'}),
      rule({path: path('gone'), suffix: '.x'}),
      rule({path: '/usr/bin/ls', suffix: '.x'}),
      rule({path: path('b'), exes: ['/no/such/exe', '/usr/bin/ls']}),
      rule({path: path('c'), exes: ['/no/such/exe'], uids: [0]}),
      rule({path: path('d'), cgroups: ['/sys/fs/cgroup/none']}),
    ];
    await applyAndRollBack(gone);
    expect(guard.rules).toMatchObject([
      {path: path('b'), exes: ['/usr/bin/ls']},
      {path: path('c'), exes: [], uids: []},
      {path: path('d'), cgroups: []},
    ]);
  });
});

/* Processes know when they began to a hundredth of a second: lets that pass. */
async function nextTick(): Promise<void> {
  const now = ticksNow();
  while (ticksNow() === now) await once(spawn('true'), 'exit');
}
