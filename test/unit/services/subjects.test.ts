// SPDX-License-Identifier: MIT
import {chmodSync, chownSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';

import {cgroupDirectory} from '../../../src/linux/cgroups.js';
import {
  allowedExecutables,
  executableWarnings,
  resolveExecutable,
} from '../../../src/services/executables.js';
import {isRoot} from '../eve.js';
import {newFolder} from '../folder.js';
import {RULE} from '../plain-rule.js';

describe('a cgroup', () => {
  /*
   * root/
   * ├── system.slice/ssh.service/deeper/ssh.service
   * ├── a.slice/twice.service
   * └── b.slice/twice.service
   */
  const root = newFolder();
  for (const path of ['system.slice/ssh.service/deeper/ssh.service', 'a.slice/twice.service'])
    mkdirSync(join(root, path), {recursive: true});
  mkdirSync(join(root, 'b.slice/twice.service'), {recursive: true});

  it.each([
    ['relative', 'system.slice/ssh.service'],
    ['as /proc/PID/cgroup writes it', '/system.slice/ssh.service'],
    ['absolute', `${root}/system.slice/ssh.service/`],
    ['by unit, the one nearest to the root', 'ssh.service'],
  ])('is found, %s', (_name, text) => {
    expect(cgroupDirectory(text, root)).toBe(`${root}/system.slice/ssh.service`);
  });

  it('the root is one too', () => {
    expect([cgroupDirectory('/', root), cgroupDirectory(root, root)]).toEqual([root, root]);
  });

  it('that is missing or not the only one is named', () => {
    expect(() => cgroupDirectory('none.service', root)).toThrow('none.service');
    expect(() => cgroupDirectory('none', root)).toThrow(`no cgroup none below ${root}`);
    expect(() => cgroupDirectory('twice.service', root)).toThrow('a.slice/twice.service');
  });

  it('of a unit is not what a user or a container calls so', () => {
    mkdirSync(`${root}/user.slice/user-1.slice/user@1.service/app.slice/mine.service`, {
      recursive: true,
    });
    expect(() => cgroupDirectory('mine.service', root)).toThrow('it is not running');
    expect(cgroupDirectory('user@1.service', root)).toBe(
      `${root}/user.slice/user-1.slice/user@1.service`,
    );
  });

  it.runIf(isRoot)('of a unit is not what lies in a slice that was given away', () => {
    mkdirSync(`${root}/given.slice/their.service`, {recursive: true});
    chownSync(`${root}/given.slice`, 1234, 1234);
    expect(() => cgroupDirectory('their.service', root)).toThrow('it is not running');
  });
});

describe('an executable', () => {
  const script = join(newFolder(), 'tool');
  writeFileSync(script, '#!/bin/sh\n');
  chmodSync(script, 0o755);

  it.each([
    ['sh', '/usr/bin/dash'],
    ['bash', '/bin/bash'],
    ['python', '/usr/bin/python3.11'],
    ['perl', '/usr/bin/perl5.36.0'],
    ['node', '/usr/local/bin/node'],
    ['lua', '/usr/bin/lua5.4'],
    ['ruby', '/usr/bin/ruby3.1'],
    ['the dynamic loader', '/usr/lib64/ld-linux-x86-64.so.2'],
    ['an older one', '/usr/lib/ld-2.31.so'],
  ])('%s is told to be an interpreter', (_name, path) => {
    expect(executableWarnings(path)[0]).toContain('any script it is given');
  });

  it('a script is told to be none', () => {
    expect(executableWarnings(script)[0]).toContain('is a script');
  });

  it.each(['/bin/ls', '/usr/bin/shuf', '/usr/bin/nodename', '/usr/bin/ld', '/usr/lib/libc.so.6'])(
    '%s is fine',
    (path) => {
      expect(executableWarnings(path)).toEqual([]);
    },
  );

  it('that rules let in is told once, with what it may be made to run', () => {
    const rule = (id: number, exes: string[], more: object = {}) => ({...RULE, id, exes, ...more});
    const rules = [
      rule(1, ['/bin/ls', '/bin/dash']),
      rule(2, ['/bin/dash', script]),
      rule(3, ['/bin/bash'], {against: true}),
      rule(4, []),
    ];
    const told = allowedExecutables(rules);
    expect(told.map(({exe, kind, rules: ids}) => [exe, kind, ids])).toEqual([
      ['/bin/ls', 'program', [1]],
      ['/bin/dash', 'interpreter', [1, 2]],
      [script, 'script', [2]],
    ]);
    expect(told[0]?.why).toContain('LD_PRELOAD');
    expect(told.slice(1).map(({why}) => why)).toEqual(
      ['/bin/dash', script].flatMap(executableWarnings),
    );
  });

  it('is a file, and the one a link leads to', () => {
    expect(resolveExecutable('/proc/self/exe')).toBe(process.execPath);
    expect(() => resolveExecutable('/tmp')).toThrow('/tmp is not an executable');
    expect(() => resolveExecutable('/no/such')).toThrow('/no');
  });
});
