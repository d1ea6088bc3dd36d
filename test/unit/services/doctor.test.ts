// SPDX-License-Identifier: MIT
import {execFileSync} from 'node:child_process';
import {chmodSync, chownSync, mkdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';

import type {CheckResult} from '../../../src/domain/checks.js';
import type {KernelStatus} from '../../../src/domain/status.js';
import {UserError, notLoaded} from '../../../src/domain/errors.js';
import {CHECKS, examine} from '../../../src/services/doctor/doctor.js';
import {Host, type ModuleAnswer} from '../../../src/services/doctor/host.js';
import {parseTraced} from '../../../src/services/doctor/traced-functions.js';
import {packageVersion} from '../../../src/linux/package-root.js';
import {generateKey} from '../../../src/services/signing/generate.js';
import {appendSignature} from '../../../src/services/signing/signature.js';
import {fguard_else, fguard_hook_state} from '../../../src/domain/uapi.gen.js';
import {FakeGuard} from '../fake-guard.js';
import {newFolder} from '../folder.js';
import {RULE} from '../plain-rule.js';

const KERNEL = '6.1.0-1-test';
const CONFIG = `CONFIG_CC_VERSION_TEXT="gcc-12 (Debian 12.2.0-14) 12.2.0"
CONFIG_X86_64=y
CONFIG_MODULES=y
CONFIG_SECURITY=y
CONFIG_SECURITY_PATH=y
CONFIG_DYNAMIC_FTRACE_WITH_ARGS=y
CONFIG_KPROBES=y
`;
const BUILD = `lib/modules/${KERNEL}/build`;
const INSTALLED = `lib/modules/${KERNEL}/updates/fguard.ko`;
const {FGUARD_HOOK_ACTIVE, FGUARD_HOOK_IDLE, FGUARD_HOOK_MISSING} = fguard_hook_state;

let root: string;
const {PATH} = process.env;

/** A machine where all is well and the module is loaded. */
beforeEach(() => {
  root = newFolder();
  file(`${BUILD}/include/config/auto.conf`, CONFIG);
  file(`${BUILD}/scripts/mod/modpost`);
  file(INSTALLED, 'module');
  file(`lib/modules/${KERNEL}/kernel/x`);
  file('etc/kernel/postinst.d/fguard');
  file('proc/sys/kernel/ftrace_enabled', '1\n');
  file('proc/sys/kernel/modules_disabled', '0\n');
  file('sys/module/fguard/version', `${packageVersion()}\n`);
  file('sys/kernel/security/lockdown', '[none] integrity confidentiality\n');
  file('sys/kernel/tracing/enabled_functions', traced('security_file_open (1)     I'));
  for (const name of ['make', 'gcc-12']) program(name, 'echo "gcc-12 (Debian) 12.2.0"');
  process.env.PATH = join(root, 'bin');
});

afterEach(() => {
  process.env.PATH = PATH;
});

function file(path: string, content: string | Buffer = ''): void {
  mkdirSync(dirname(join(root, path)), {recursive: true});
  writeFileSync(join(root, path), content);
}

function program(name: string, script: string): void {
  file(`bin/${name}`, `#!/bin/sh\n${script}\n`);
  chmodSync(join(root, 'bin', name), 0o755);
}

const traced = (start: string): string =>
  `${start}  \ttramp: 0xffffffffc0a4a000 (on_x+0x0/0x30 [fguard]) ->on_x+0x0/0x30 [fguard]\n`;

const OPEN = {function: 'security_file_open', ops: 3};
const UNLINK = {function: 'security_path_unlink', ops: 16};

function loaded(
  hooks: KernelStatus['hooks'] = [{...OPEN, state: FGUARD_HOOK_ACTIVE}],
): ModuleAnswer {
  const guard = new FakeGuard();
  return {status: {...guard.status(), hooks}, rules: []};
}

interface Circumstances {
  answer?: ModuleAnswer;
  isRoot?: boolean;
  kernel?: string;
}

async function look(given: Circumstances = {}): Promise<CheckResult[]> {
  const {answer = loaded(), isRoot = true, kernel = KERNEL} = given;
  return examine(new Host(root, kernel, isRoot, () => Promise.resolve(answer)));
}

/** One check's result. */
async function check(title: string, given?: Circumstances): Promise<CheckResult> {
  const found = (await look(given)).find((result) => result.title === title);
  if (found === undefined) throw new Error(`there is no check ${title}`);
  return found;
}

const write = (path: string, text: string) => (): void => {
  file(path, text);
};

it('every check has a title of its own, and what is well has no remedy', async () => {
  expect(new Set(CHECKS.map(({title}) => title)).size).toBe(CHECKS.length);
  const results = await look();
  const notOk = results.filter(({state, title}) => state !== 'ok' && title !== 'permission');
  expect(notOk).toEqual([]);
  expect(results.every(({fix, state}) => state !== 'ok' || fix === null)).toBe(true);
});

type Row = [string, () => void, Partial<CheckResult>];

describe.runIf(process.getuid?.() === 0)('saved rules', () => {
  it.each([
    ['are well if only root may change them', (): unknown => undefined, 'ok', null],
    [
      'that others may write to are told',
      (): unknown => chmodSync(join(root, 'etc/fguard/rules.d/a.yaml'), 0o666),
      'failed',
      /^sudo chown -h root: \S+\/a\.yaml && sudo chmod go-w \S+\/a\.yaml$/,
    ],
    [
      'in a folder of another user are told',
      (): unknown => chownSync(join(root, 'etc/fguard/rules.d'), 1000, 1000),
      'failed',
      /rules\.d$/,
    ],
    [
      'that are no file stop nothing',
      (): unknown => execFileSync('/usr/bin/mkfifo', [join(root, 'etc/fguard/rules.d/b.yaml')]),
      'ok',
      null,
    ],
  ] as const)('%s', async (_what, change, state, fix) => {
    write('etc/fguard/rules.d/a.yaml', 'rules: []\n')();
    change();
    const matching = fix === null ? null : (expect.stringMatching(fix) as string);
    expect(await check('saved rules')).toMatchObject({state, fix: matching});
    await look();
  });
});

describe('what is found of the machine', () => {
  const contains = (text: string): string => expect.stringContaining(text) as string;
  const rows: Row[] = [
    [
      'architecture',
      write(`${BUILD}/include/config/auto.conf`, CONFIG.replace('CONFIG_X86_64', 'CONFIG_ARM64')),
      {state: 'failed', detail: contains('is for aarch64'), fix: null},
    ],
    [
      'kernel options',
      write(`${BUILD}/include/config/auto.conf`, CONFIG.replace('CONFIG_SECURITY_PATH=y\n', '')),
      {state: 'failed', detail: contains('CONFIG_SECURITY_PATH')},
    ],
    [
      'build tools',
      () => {
        program('gcc-12', 'echo "gcc-12 (Debian) 11.0.0"');
      },
      {state: 'warning', fix: 'sudo apt install gcc-12'},
    ],
    [
      'other kernels',
      write('lib/modules/6.1.0-2-test/kernel/x', ''),
      {state: 'warning', detail: contains('6.1.0-2-test'), fix: 'sudo fguard rebuild --all'},
    ],
    [
      'kernel upgrades',
      () => {
        rmSync(join(root, 'etc/kernel'), {recursive: true});
      },
      {state: 'warning', fix: 'sudo fguard service install'},
    ],
    [
      'kernel upgrades',
      write('var/lib/dkms/fguard/0.1.0/x', ''),
      {state: 'ok', detail: contains('DKMS')},
    ],
    [
      'module loading',
      write('proc/sys/kernel/modules_disabled', '1\n'),
      {state: 'ok', detail: contains('fguard is loaded')},
    ],
    [
      'kernel lockdown',
      write('sys/kernel/security/lockdown', 'none [integrity] confidentiality\n'),
      {state: 'ok', detail: contains('integrity')},
    ],
    [
      'module signatures',
      write('sys/module/module/parameters/sig_enforce', 'Y\n'),
      {state: 'ok', detail: contains('enforced')},
    ],
    [
      'ftrace',
      write('proc/sys/kernel/ftrace_enabled', '0\n'),
      {state: 'failed', fix: 'sudo sysctl kernel.ftrace_enabled=1'},
    ],
    [
      'hooks',
      write('sys/kernel/tracing/enabled_functions', ''),
      {state: 'failed', detail: contains('lost: security_file_open')},
    ],
    [
      'hooks',
      write('sys/kernel/tracing/enabled_functions', 'security_file_open (1)\n'),
      {state: 'failed', detail: contains('lost: security_file_open')},
    ],
    [
      'other tracers',
      write('sys/kernel/tracing/enabled_functions', traced('security_file_open (2)     I')),
      {state: 'warning', detail: contains('security_file_open')},
    ],
    [
      'live patches',
      write('sys/kernel/livepatch/fix1/vmlinux/security_path_unlink,1/enabled', '1'),
      {state: 'warning', detail: contains('fix1 replaces security_path_unlink')},
    ],
    [
      'versions',
      write('sys/module/fguard/version', '0.0.1\n'),
      {state: 'warning', detail: contains('0.0.1')},
    ],
  ];
  it.each(rows)('%s', async (title, change, expected) => {
    change();
    expect(await check(title)).toMatchObject(expected);
  });
});

describe('without a loaded module', () => {
  const answer: ModuleAnswer = {refusal: notLoaded()};
  const bare = {answer, kernel: '6.1.0-9-bare'};

  it('what a build needs and does not have stops it', async () => {
    file('sys/module/x', '');
    expect(await check('kernel headers', bare)).toMatchObject({state: 'warning'});
    removeModule();
    expect(await check('kernel headers', bare)).toMatchObject({
      state: 'failed',
      fix: 'sudo apt install linux-headers-6.1.0-9-bare',
    });
    expect(await check('module', bare)).toMatchObject({state: 'warning', fix: 'sudo fguard load'});
    expect(await check('module file', bare)).toMatchObject({fix: 'sudo fguard rebuild'});
  });

  it('an unsigned module is stopped where signatures are needed, and a signed one is not', async () => {
    removeModule();
    file('sys/kernel/security/lockdown', 'none [integrity] confidentiality\n');
    expect(await check('kernel lockdown', {answer})).toMatchObject({
      state: 'failed',
      fix: 'sudo fguard rebuild',
    });
    file(INSTALLED, appendSignature(Buffer.from('m'), Buffer.from('s')));
    expect(await check('kernel lockdown', {answer})).toMatchObject({state: 'ok'});
  });

  it('a kernel that takes no more modules stops it', async () => {
    removeModule();
    file('proc/sys/kernel/modules_disabled', '1\n');
    expect(await check('module loading', {answer})).toMatchObject({state: 'failed'});
  });

  it('the configuration is found elsewhere too', async () => {
    expect(await check('kernel options', bare)).toMatchObject({state: 'unknown'});
    file('proc/config.gz', gzipSync('CONFIG_MODULES=y\n'));
    expect(await check('kernel options', bare)).toMatchObject({state: 'failed'});
    file(`boot/config-${bare.kernel}`, CONFIG);
    expect(await check('kernel options', bare)).toMatchObject({state: 'ok'});
  });

  it('somebody else at a function that it would need stops it', async () => {
    file('sys/kernel/tracing/enabled_functions', 'security_path_unlink (1) R I\n');
    expect(await check('other tracers', {answer})).toMatchObject({state: 'failed'});
  });
});

function removeModule(): void {
  rmSync(join(root, 'sys/module/fguard'), {recursive: true});
}

describe('Secure Boot', () => {
  const answer: ModuleAnswer = {refusal: notLoaded()};

  beforeEach(() => {
    removeModule();
    file('sys/firmware/efi/fw_platform_size', '64\n');
    file(
      'sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c',
      Buffer.from([6, 0, 0, 0, 1]),
    );
    file(INSTALLED, appendSignature(Buffer.from('m'), Buffer.from('s')));
  });

  it('without a key to sign with', async () => {
    expect(await check('Secure Boot', {answer})).toMatchObject({state: 'ok'});
    file(INSTALLED, 'm');
    expect(await check('Secure Boot', {answer})).toMatchObject({
      state: 'failed',
      fix: 'sudo fguard rebuild',
    });
  });

  it('with a key: known, unknown to the firmware, or no way to tell', async () => {
    process.env.PATH = PATH;
    const {certificate} = await generateKey(join(root, 'var/lib/fguard/mok'));
    process.env.PATH = join(root, 'bin');
    expect(await check('Secure Boot', {answer})).toMatchObject({
      state: 'unknown',
      fix: 'sudo apt install mokutil',
    });
    program('mokutil', 'echo "x is not enrolled"');
    expect(await check('Secure Boot', {answer})).toMatchObject({
      state: 'failed',
      fix: `sudo mokutil --import ${certificate}`,
    });
    program('mokutil', 'echo "x is already enrolled"');
    expect(await check('Secure Boot', {answer})).toMatchObject({state: 'ok'});
  });
});

describe('what the module says', () => {
  it('hooks that this kernel lacks are named', async () => {
    const hooks = [
      {...OPEN, state: FGUARD_HOOK_ACTIVE},
      {...UNLINK, state: FGUARD_HOOK_MISSING},
    ];
    expect(await check('hooks', {answer: loaded(hooks)})).toMatchObject({
      state: 'warning',
      detail: expect.stringContaining('security_path_unlink'),
    });
  });

  it('a function that another redirects is refused to rules', async () => {
    file('sys/kernel/tracing/enabled_functions', 'security_path_unlink (1) R I\n');
    const hooks = [{...UNLINK, state: FGUARD_HOOK_IDLE}];
    expect(await check('other tracers', {answer: loaded(hooks)})).toMatchObject({state: 'failed'});
  });

  it('another version of the protocol is told with the way out', async () => {
    const refusal = new UserError('EVERSION', 'of another version', {next: ['a', 'b']});
    const answer = {refusal};
    expect(await check('module', {answer})).toMatchObject({state: 'failed', fix: 'a && b'});
    expect(await check('library', {answer})).toMatchObject({state: 'failed'});
  });

  it('a module that is loaded from other sources than the installed one is told', async () => {
    file('sys/module/fguard/srcversion', 'AAAA\n');
    program('modinfo', 'echo AAAA');
    expect(await check('versions')).toMatchObject({state: 'ok'});
    program('modinfo', 'echo BBBB');
    expect(await check('versions')).toMatchObject({
      state: 'warning',
      fix: 'sudo fguard unload && sudo fguard load',
    });
  });

  it('nobody to answer what rules ask is told', async () => {
    const answer = loaded();
    if ('refusal' in answer) throw new Error('the module is there');
    const asking = {...answer, rules: [{...RULE, elseAction: fguard_else.FGUARD_ELSE_ASK}]};
    expect(await check('answerer', {answer: asking})).toMatchObject({
      state: 'warning',
      fix: 'sudo fguard ask',
    });
    asking.status.answerers = 1;
    expect(await check('answerer', {answer: asking})).toMatchObject({state: 'ok'});
  });

  it('a program that is let in, and that others than root may overwrite, is told', async () => {
    const answer = loaded();
    if ('refusal' in answer) throw new Error('the module is there');
    const rules = [{...RULE, exes: ['/srv/tool']}];
    file('srv/tool', 'binary');
    chmodSync(join(root, 'srv/tool'), 0o777);
    expect(await check('allowed programs', {answer: {...answer, rules}})).toMatchObject({
      state: 'warning',
      detail: expect.stringContaining('/srv/tool: everybody can overwrite it'),
    });
    const against = [{...RULE, exes: ['/srv/tool'], against: true}];
    expect(await check('allowed programs', {answer: {...answer, rules: against}})).toMatchObject({
      state: 'ok',
    });
  });

  it('a library that is not there stops all', async () => {
    const answer = {refusal: new UserError('ENOLIBRARY', 'not there', {next: ['make']})};
    expect(await check('library', {answer})).toMatchObject({state: 'failed', fix: 'make'});
  });

  it('is not heard without root', async () => {
    const answer = {refusal: new UserError('EPERM', 'no')};
    const results = await look({answer, isRoot: false});
    const unknown = results.filter(({state}) => state === 'unknown');
    expect(unknown.map(({title}) => title)).toEqual([
      'permission',
      'hooks',
      'other tracers',
      'module',
      'answerer',
      'block devices',
      'allowed programs',
    ]);
    expect(results.filter(({state}) => state === 'failed')).toEqual([]);
  });
});

describe('block devices', () => {
  const notLoadedYet: ModuleAnswer = {refusal: notLoaded()};
  const saved = (name: string, text: string): void => {
    file(`etc/fguard/rules.d/${name}.yaml`, `rules:\n  - ${text}\n`);
  };
  const inForce = (...paths: string[]): ModuleAnswer => {
    const answer = loaded();
    return {...answer, rules: paths.map((path, index) => ({...RULE, path, id: index + 1}))};
  };

  beforeEach(() => {
    file(
      'proc/self/mountinfo',
      '20 1 7:0 / / rw - ext4 /dev/loop0 rw\n21 20 0:6 / /dev rw - devtmpfs udev rw\n',
    );
    file('sys/class/block/loop0/loop/backing_file', '/srv/my image\n');
    file('sys/dev/block/x');
    symlinkSync('../../class/block/loop0', join(root, 'sys/dev/block/7:0'));
    file('srv/my image');
  });

  it('beneath guarded files are named once, with the command that guards them', async () => {
    expect(await check('block devices', {answer: inForce('/srv/a.db', '/srv/b.db')})).toEqual({
      title: 'block devices',
      state: 'warning',
      detail:
        'guarded files are on /dev/loop0, /srv/my image: anyone who can open one of them bypasses every rule about files',
      fix: "sudo fguard protect /dev/loop0 '/srv/my image'",
    });
  });

  it('that are guarded are not open', async () => {
    const some = inForce('/srv/a.db', '/srv/my image');
    expect(await check('block devices', {answer: some})).toMatchObject({
      state: 'warning',
      fix: 'sudo fguard protect /dev/loop0',
    });
    const all = inForce('/srv/a.db', '/srv/my image', '/dev/loop0');
    expect(await check('block devices', {answer: all})).toMatchObject({
      state: 'ok',
      detail: expect.stringContaining('/dev/loop0'),
    });
  });

  it('are none beneath files that lie on none', async () => {
    const answer = inForce('/dev/secret');
    expect(await check('block devices', {answer})).toMatchObject({state: 'ok'});
  });

  it('of saved rules are told while the module is not loaded', async () => {
    removeModule();
    const given = {answer: notLoadedYet};
    expect(await check('block devices', given)).toMatchObject({
      state: 'ok',
      detail: 'no rule is saved',
    });
    saved('tmp', '{path: /tmp/a.db}');
    saved('wrong', '{path: relative}');
    expect(await check('block devices', given)).toMatchObject({
      state: 'warning',
      fix: "sudo fguard protect --save /dev/loop0 '/srv/my image'",
    });
  });

  it('of a loaded module that does not answer are unknown', async () => {
    saved('tmp', '{path: /tmp/a.db}');
    const refusal = new UserError('EVERSION', 'of another version');
    expect(await check('block devices', {answer: {refusal}})).toMatchObject({state: 'unknown'});
  });
});

describe('the service', () => {
  const states: [string, string, Partial<CheckResult>][] = [
    [
      'is not there',
      'LoadState=not-found\nActiveState=inactive\nUnitFileState=\n',
      {state: 'warning', fix: 'sudo fguard service install'},
    ],
    ['failed', 'LoadState=loaded\nActiveState=failed\nUnitFileState=enabled\n', {state: 'failed'}],
    [
      'is stopped',
      'LoadState=loaded\nActiveState=inactive\nUnitFileState=enabled\n',
      {state: 'warning', fix: 'sudo systemctl start fguard.service'},
    ],
    [
      'does not start at boot',
      'LoadState=loaded\nActiveState=active\nUnitFileState=disabled\n',
      {state: 'warning'},
    ],
    ['is well', 'LoadState=loaded\nActiveState=active\nUnitFileState=enabled\n', {state: 'ok'}],
  ];
  it.each(states)('%s', async (_name, text, expected) => {
    file('run/systemd/system/x');
    program('systemctl', `printf '${text.replaceAll('\n', '\\n')}'`);
    expect(await check('service')).toMatchObject(expected);
  });

  it('is not there where the module was not loaded', async () => {
    file('run/systemd/system/x');
    const says = (state: string): string =>
      `printf 'LoadState=loaded\\nActiveState=${state}\\nUnitFileState=enabled\\n'`;
    program(
      'systemctl',
      `case $2 in fguard-module.service) ${says('failed')} ;; *) ${says('inactive')} ;; esac`,
    );
    expect(await check('service')).toMatchObject({
      state: 'failed',
      detail: 'fguard-module.service failed',
    });
  });

  it('is nothing to look for without systemd', async () => {
    expect(await check('service')).toMatchObject({state: 'ok'});
  });
});

describe('enabled_functions', () => {
  it.each([
    ['security_file_open (1) R I     \ttramp: 0xffffffffc0a4a000 (x) ->y', 1, true],
    ['security_file_open (1)     I     \ttramp: 0xffffffffc0a4a000 (x) ->y', 1, true],
    ['security_file_open (2)       \t', 2, false],
    ['security_file_open [vmlinux] (3) R   D M ->IPMODIFY', 3, false],
  ])('%j', (line, users, redirected) => {
    expect(parseTraced(`${line}\n`).get('security_file_open')).toMatchObject({users, redirected});
  });
});
