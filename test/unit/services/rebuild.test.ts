// SPDX-License-Identifier: MIT
import {spawnSync} from 'node:child_process';
import fs, {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {machine} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';

import {UserError} from '../../../src/domain/errors.js';
import {packageFile} from '../../../src/linux/package-root.js';
import {type BuildProgress, buildModule} from '../../../src/services/rebuild/build.js';
import {cacheFolder, findCached, keepInCache} from '../../../src/services/rebuild/cache.js';
import {majorVersion, searchCompiler} from '../../../src/services/rebuild/compiler.js';
import {exclusively} from '../../../src/linux/exclusive.js';
import {installModule} from '../../../src/services/rebuild/install.js';
import {architectureOf, installedKernels, readKernelTree} from '../../../src/linux/kernel-tree.js';
import {replaceFile} from '../../../src/linux/replace-file.js';
import {
  type Tools,
  findMissing,
  wrongArchitecture,
} from '../../../src/services/rebuild/requirements.js';
import {withScratch} from '../../../src/linux/scratch.js';
import {fingerprint, moduleSources} from '../../../src/services/rebuild/sources.js';
import {newFolder} from '../folder.js';

const KERNEL = '6.1.0-1-test';
const CONFIG = `CONFIG_CC_VERSION_TEXT="x86_64-linux-gnu-gcc-12 (Debian 12.2.0-14) 12.2.0"
CONFIG_X86_64=y
CONFIG_MODULES=y
CONFIG_SECURITY=y
CONFIG_SECURITY_PATH=y
CONFIG_DYNAMIC_FTRACE_WITH_ARGS=y
CONFIG_KPROBES=y
`;
const SYMBOLS = [
  'register_ftrace_function',
  'unregister_ftrace_function',
  'ftrace_set_filter_ip',
  'register_kprobe',
  'genl_register_family',
  'kern_path',
];
const EXPORTS = SYMBOLS.map((name) => `0x1\t${name}\tvmlinux\tEXPORT_SYMBOL\t\n`).join('');
const GCC = {program: 'gcc-12', text: 'gcc-12 (Debian 12.2.0-14) 12.2.0', major: 12};

let root: string;
const {PATH} = process.env;

/*
 * root/
 * ├── 6.1.0-1-test/build/{include/config/auto.conf,Module.symvers,scripts/mod/modpost}
 * ├── bin/                  first in the PATH
 * └── source/               a module's sources
 */
beforeEach(() => {
  root = newFolder();
  mkdirSync(join(root, KERNEL, 'build/include/config'), {recursive: true});
  writeConfig(CONFIG);
  mkdirSync(join(root, KERNEL, 'build/scripts/mod'), {recursive: true});
  writeFileSync(join(root, KERNEL, 'build/scripts/mod/modpost'), '');
  writeFileSync(join(root, KERNEL, 'build/Module.symvers'), EXPORTS);
  mkdirSync(join(root, 'source/uapi'), {recursive: true});
  writeFileSync(join(root, 'source/Kbuild'), 'obj-m := fguard.o\n');
  writeFileSync(join(root, 'source/main.c'), 'int a;\n');
  writeFileSync(join(root, 'source/uapi/fguard.h'), '');
  writeFileSync(join(root, 'source/fguard.mod.c'), 'left behind');
  mkdirSync(join(root, 'bin'));
  process.env.PATH = `${join(root, 'bin')}:${PATH ?? ''}`;
});

afterEach(() => {
  process.env.PATH = PATH;
});

const writeConfig = (text: string): void => {
  writeFileSync(join(root, KERNEL, 'build/include/config/auto.conf'), text);
};
const tree = () => readKernelTree(KERNEL, root);
const source = (): string => join(root, 'source');
const without = (option: string): string => CONFIG.replace(`${option}=y\n`, '');

function program(name: string, script: string): void {
  writeFileSync(join(root, 'bin', name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(root, 'bin', name), 0o755);
}

class Progress implements BuildProgress {
  calls: string[] = [];
  waiting = (): number => this.calls.push('waiting');
  start = (kernel: string): number => this.calls.push(`start ${kernel}`);
  step = (): number => this.calls.push('step');
  stop = (): number => this.calls.push('stop');
}

/** The module's text; `where` is the folder it was built in. */
async function build(progress = new Progress(), signal = new AbortController().signal) {
  const plan = {tree: tree(), compiler: GCC};
  return withScratch(async (folder) =>
    readFileSync(await buildModule(plan, folder, progress, signal), 'utf8'),
  );
}

describe('what a build needs', () => {
  const complete: Tools = {hasMake: true, compiler: {fitting: GCC, others: []}};
  const missing = (tools = complete) => findMissing(tree(), tools);

  it('is complete', () => {
    expect(missing()).toEqual([]);
  });

  it('a kernel of another architecture is refused, though this machine has its headers', () => {
    expect(wrongArchitecture(tree())).toBeUndefined();
    writeConfig(CONFIG.replace('CONFIG_X86_64', 'CONFIG_ARM64'));
    expect(wrongArchitecture(tree())).toBe(
      `kernel ${KERNEL} is for aarch64, and fguard runs on x86_64 only`,
    );
  });

  it('without headers the architecture is that of the machine', () => {
    expect(readKernelTree('9.9', root).architecture).toBe(machine());
    expect(architectureOf(new Map())).toBe('another architecture');
  });

  it.each([
    ['CONFIG_ARM64=y', 2, 'fguard runs on x86-64 only'],
    ['CONFIG_X86_64=y', 0, ''],
  ])('the sources say it too, to whoever builds them otherwise: %s', (option, status, sentence) => {
    const kbuild = packageFile('kmod/Kbuild');
    const args = ['--dry-run', '-f', kbuild, 'CONFIG_MODULES=y', option, '--eval=none:'];
    const made = spawnSync('make', args, {encoding: 'utf8'});
    expect([made.status, made.stderr]).toEqual([status, expect.stringContaining(sentence)]);
  });

  it('the compiler of the kernel is named with its package and what is there instead', () => {
    const other = {program: 'gcc', text: 'gcc (Debian 14.2.0-19) 14.2.0', major: 14};
    const [found] = missing({hasMake: true, compiler: {fitting: undefined, others: [other]}});
    expect(found?.what).toContain('gcc-12');
    expect(found?.what).toContain('gcc is "gcc (Debian 14.2.0-19) 14.2.0"');
    expect(found?.next).toBe('sudo apt install gcc-12');
  });

  it('headers and make are named with their packages', () => {
    const tools: Tools = {hasMake: false, compiler: {fitting: undefined, others: []}};
    expect(findMissing(readKernelTree('9.9', root), tools).map(({next}) => next)).toEqual([
      'sudo apt install linux-headers-9.9',
      'sudo apt install make',
    ]);
  });

  it('headers without their programs, or without the list of symbols, are named', () => {
    const folder = join(root, KERNEL, 'build');
    writeFileSync(join(folder, 'Module.symvers'), '');
    expect(missing()).toMatchObject([{what: expect.stringContaining('Module.symvers')}]);
    writeFileSync(join(folder, 'Module.symvers'), EXPORTS.replace(/.*kern_path.*\n/, ''));
    expect(missing()).toMatchObject([{what: expect.stringContaining('does not export kern_path')}]);
    writeFileSync(join(folder, 'Module.symvers'), EXPORTS);
    renameSync(join(folder, 'scripts/mod/modpost'), join(folder, 'elsewhere'));
    expect(missing()).toMatchObject([{next: expect.stringContaining('linux-kbuild-6.1')}]);
  });

  it.each(['CONFIG_MODULES', 'CONFIG_SECURITY', 'CONFIG_SECURITY_PATH', 'CONFIG_KPROBES'])(
    '%s',
    (option) => {
      writeConfig(without(option));
      expect(missing().map(({what}) => what)).toEqual([expect.stringContaining(option)]);
    },
  );

  it('one of two ways to trace arguments', () => {
    writeConfig(without('CONFIG_DYNAMIC_FTRACE_WITH_ARGS'));
    expect(missing()).toHaveLength(1);
    writeConfig(`${without('CONFIG_DYNAMIC_FTRACE_WITH_ARGS')}CONFIG_DYNAMIC_FTRACE_WITH_REGS=y\n`);
    expect(missing()).toEqual([]);
  });
});

describe('the compiler', () => {
  it.each([
    ['gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0', 12],
    ['x86_64-linux-gnu-gcc-14 (Debian 14.2.0-19) 14.2.0', 14],
    ['gcc (GCC) 13.2.1 20230801', 13],
    ['Debian clang version 16.0.6 (15~deb12u1)', 16],
    ['', NaN],
  ])('%s is of version %d', (text, major) => {
    expect(majorVersion(text)).toBe(major);
  });

  const says = (program_: string, text: string): void => {
    program(program_, `echo "${text}"; echo Copyright`);
  };

  beforeEach(() => {
    process.env.PATH = join(root, 'bin');
    writeConfig(CONFIG.replace(/"x86.*"/, '"gcc (GCC) 11.4.0"'));
  });

  it('is one of the version that built the kernel, by whatever name', async () => {
    says('gcc', 'gcc (GCC) 99.1.0');
    says('gcc-11', 'gcc-11 (GCC) 11.3.0');
    const {fitting, others} = await searchCompiler(tree());
    expect(fitting).toEqual({program: 'gcc-11', text: 'gcc-11 (GCC) 11.3.0', major: 11});
    expect(others).toMatchObject([{program: 'gcc', major: 99}]);
  });

  it('of another version is not used, but named', async () => {
    says('gcc', 'gcc (GCC) 99.1.0');
    expect(await searchCompiler(tree())).toMatchObject({
      fitting: undefined,
      others: [{program: 'gcc', major: 99}],
    });
  });

  it('is clang where that built the kernel', async () => {
    writeConfig(CONFIG.replace(/"x86.*"/, '"Debian clang version 16.0.6"'));
    says('gcc', 'gcc (GCC) 16.1.0');
    says('clang', 'Debian clang version 16.0.1');
    expect(await searchCompiler(tree())).toMatchObject({fitting: {program: 'clang'}});
  });
});

describe('the kernels', () => {
  it('that are installed have modules, not only headers or leftovers', () => {
    mkdirSync(join(root, '6.1.0-2-test/kernel'), {recursive: true});
    mkdirSync(join(root, '6.1.0-3-gone/updates'), {recursive: true});
    mkdirSync(join(root, '6.1.0-4-test'));
    writeFileSync(join(root, '6.1.0-4-test/modules.builtin'), '');
    expect(installedKernels(root)).toEqual(['6.1.0-2-test', '6.1.0-4-test']);
    expect(installedKernels(join(root, 'none'))).toEqual([]);
  });
});

describe('the identity of a build', () => {
  it('counts sources and not what builds leave behind', () => {
    expect(moduleSources(source())).toEqual(['Kbuild', 'main.c', 'uapi/fguard.h']);
  });

  it('changes with a source, the kernel, its symbols, its options and the compiler', () => {
    const seen = new Set([fingerprint(tree(), 'gcc 1', source())]);
    const changes = [
      () => writeFileSync(join(source(), 'main.c'), 'int b;\n'),
      () => writeFileSync(join(root, KERNEL, 'build/Module.symvers'), '0x1 a\n'),
      () => writeConfig(`${CONFIG}CONFIG_X=y\n`),
      () => writeConfig(`${CONFIG.replace('12.2.0-14', '12.2.0-15')}CONFIG_X=y\n`),
    ];
    for (const change of changes) {
      change();
      seen.add(fingerprint(tree(), 'gcc 1', source()));
    }
    seen.add(fingerprint(tree(), 'gcc 2', source()));
    expect(seen.size).toBe(2 + changes.length);
    expect(fingerprint(tree(), 'gcc 1', source())).toBe(fingerprint(tree(), 'gcc 1', source()));
  });
});

describe('a build', () => {
  const OBJECTS = 'for last; do case $last in M=*) cd "${last#M=}";; esac; done';

  it('happens in a folder of its own, tells its steps and leaves nothing', async () => {
    program(
      'make',
      `${OBJECTS}; pwd >"${root}/where"; echo "  CC [M]  main.o"; echo ko >fguard.ko`,
    );
    const progress = new Progress();
    expect(await build(progress)).toBe('ko\n');
    expect(progress.calls).toEqual([`start ${KERNEL}`, 'step', 'stop']);
    expect(existsSync(readFileSync(join(root, 'where'), 'utf8').trim())).toBe(false);
  });

  it('uses the compiler that was found', async () => {
    program('make', `${OBJECTS}; echo "$@" >fguard.ko`);
    expect(await build()).toContain('CC=gcc-12');
  });

  it('that lacks a symbol names it', async () => {
    program('make', 'echo \'ERROR: modpost: "do_it" [fguard.ko] undefined!\' >&2; exit 2');
    await expect(build()).rejects.toMatchObject({
      code: 'EBUILD',
      message: expect.stringContaining('does not export do_it'),
    });
  });

  it("that fails shows the compiler's words and leaves nothing", async () => {
    program(
      'make',
      `${OBJECTS}; pwd >"${root}/where"; echo "$PWD/main.c:1: error: no" >&2; exit 2`,
    );
    const failure: unknown = await build().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UserError);
    expect(failure).toMatchObject({code: 'EBUILD', output: 'main.c:1: error: no'});
    expect(existsSync(readFileSync(join(root, 'where'), 'utf8').trim())).toBe(false);
  });

  it('that is interrupted ends make and leaves nothing', async () => {
    program(
      'make',
      `${OBJECTS}; pwd >"${root}/where"; echo "  CC [M]  main.o"; exec tail -f /dev/null`,
    );
    const controller = new AbortController();
    const progress = new Progress();
    progress.step = (): number => {
      controller.abort();
      return 0;
    };
    await expect(build(progress, controller.signal)).rejects.toMatchObject({exitCode: 130});
    expect(existsSync(readFileSync(join(root, 'where'), 'utf8').trim())).toBe(false);
  });
});

describe('the cache', () => {
  it('gives back what was kept', () => {
    writeFileSync(join(root, 'built'), 'ko');
    const folder = join(root, 'cache');
    expect(findCached('key', folder)).toBeUndefined();
    const kept = keepInCache(join(root, 'built'), 'key', folder);
    expect(findCached('key', folder)).toBe(kept);
  });

  it('is not trusted where others may write', () => {
    writeFileSync(join(root, 'built'), 'ko');
    const folder = join(root, 'cache');
    keepInCache(join(root, 'built'), 'key', folder);
    chmodSync(folder, 0o777);
    expect(findCached('key', folder)).toBeUndefined();
    expect(keepInCache(join(root, 'built'), 'other', folder)).toBeUndefined();
  });

  it('keeps the newest modules only', () => {
    writeFileSync(join(root, 'built'), 'ko');
    const folder = join(root, 'cache');
    const key = (n: number): string => n.toString(16).padStart(32, '0');
    for (let n = 0; n < 40; n++) {
      keepInCache(join(root, 'built'), key(n), folder);
      utimesSync(join(folder, key(n)), n, n);
    }
    keepInCache(join(root, 'built'), key(40), folder);
    expect(readdirSync(folder).length).toBe(32);
    expect(findCached(key(40), folder)).toBeDefined();
    expect(findCached(key(0), folder)).toBeUndefined();
  });

  it.each([
    [{FGUARD_CACHE: '/a', XDG_CACHE_HOME: '/b'}, '/a/fguard/modules'],
    [{FGUARD_CACHE: '', XDG_CACHE_HOME: '/b'}, '/b/fguard/modules'],
  ])('lies where the environment says %o', (env, folder) => {
    expect(cacheFolder(env)).toBe(folder);
  });
});

describe('installing', () => {
  const updates = (): string => join(root, KERNEL, 'updates');
  const listing = `echo "updates/fguard.ko:" >"$DEP"; echo "$1" >>"$LOG"`;

  /** A depmod that does this; $DEP is modules.dep. */
  const depmod = (script: string): void => {
    const variables = `DEP="${join(root, KERNEL, 'modules.dep')}" LOG="${root}/depmod"`;
    program('depmod', `${variables}\n${script}`);
  };
  const install = (text: string): Promise<string> => {
    writeFileSync(join(root, 'new'), text);
    return installModule(join(root, 'new'), KERNEL, root);
  };
  const log = (): string => readFileSync(join(root, 'depmod'), 'utf8');

  it('replaces the module whole, and tells depmod', async () => {
    depmod(listing);
    const file = await install('new module');
    expect(file).toBe(join(updates(), 'fguard.ko'));
    expect(readFileSync(file, 'utf8')).toBe('new module');
    await install('newer module');
    expect(readFileSync(file, 'utf8')).toBe('newer module');
    expect(readdirSync(updates())).toEqual(['fguard.ko']);
    await install('newer module');
    expect(log()).toBe(`${KERNEL}\n${KERNEL}\n`);
  });

  it('that ended before depmod is completed by the next, which also clears away', async () => {
    depmod(listing);
    await install('module');
    writeFileSync(join(root, KERNEL, 'modules.dep'), 'kernel/other.ko:\n');
    await install('module');
    expect(log()).toBe(`${KERNEL}\n${KERNEL}\n`);
    writeFileSync(join(updates(), 'fguard.ko.new-1'), 'half');
    writeFileSync(join(updates(), 'fguard.ko.old-1'), 'old');
    writeFileSync(join(updates(), 'other.ko'), 'not ours');
    await install('new');
    expect(readdirSync(updates())).toEqual(['fguard.ko', 'other.ko']);
  });

  it('where depmod fails leaves the old one, or none', async () => {
    depmod('echo "no space" >&2; exit 1');
    const failure = {code: 'EDEPMOD', output: 'no space'};
    await expect(install('first')).rejects.toMatchObject(failure);
    expect(readdirSync(updates())).toEqual([]);
    depmod(listing);
    await install('old');
    depmod('exit 1');
    await expect(install('new')).rejects.toMatchObject({code: 'EDEPMOD'});
    expect(readdirSync(updates())).toEqual(['fguard.ko']);
    expect(readFileSync(join(updates(), 'fguard.ko'), 'utf8')).toBe('old');
  });

  it('has the bytes on the disk before the name, and then the name', () => {
    writeFileSync(join(root, 'new'), 'new');
    const done: string[] = [];
    const note = (name: string) => (): void => {
      done.push(name);
    };
    const spies = [
      vi.spyOn(fs, 'fsyncSync').mockImplementation(note('sync')),
      vi.spyOn(fs, 'renameSync').mockImplementation(note('rename')),
    ];
    replaceFile(join(root, 'new'), join(root, 'target'));
    for (const spy of spies) spy.mockRestore();
    expect(done).toEqual(['sync', 'rename', 'sync']);
  });

  it('that fails leaves the old one alone', () => {
    writeFileSync(join(root, 'old'), 'old');
    expect(() => {
      replaceFile(join(root, 'missing'), join(root, 'old'));
    }).toThrow('ENOENT');
    expect(readFileSync(join(root, 'old'), 'utf8')).toBe('old');
    expect(readdirSync(root).filter((name) => name.startsWith('old'))).toEqual(['old']);
  });
});

describe('runs that would do the same', () => {
  const never = new AbortController().signal;
  const lockFile = (): string => join(root, 'lock');
  const run = (use: () => Promise<void>, onWait: () => void, signal = never): Promise<void> =>
    exclusively(use, onWait, signal, lockFile());
  const nothing = (): Promise<void> => Promise.resolve();

  /** A run that has the lock until `end` is called. */
  async function holder(): Promise<{end: () => void; done: Promise<void>}> {
    let end = (): void => undefined;
    const blocked = new Promise<void>((resolve) => (end = resolve));
    let done: Promise<void> = Promise.resolve();
    await new Promise<void>((resolve) => {
      done = run(() => {
        resolve();
        return blocked;
      }, resolve);
    });
    return {end, done};
  }

  it('wait for each other, and say so', async () => {
    const first = await holder();
    const order: string[] = [];
    const second = run(
      () => {
        order.push('second');
        return nothing();
      },
      () => {
        order.push('waits');
        order.push('first');
        first.end();
      },
    );
    await Promise.all([first.done, second]);
    expect(order).toEqual(['waits', 'first', 'second']);
  });

  it('are told of an interruption while they wait', async () => {
    const first = await holder();
    const controller = new AbortController();
    const second = run(
      nothing,
      () => {
        controller.abort();
      },
      controller.signal,
    );
    await expect(second).rejects.toMatchObject({exitCode: 130});
    first.end();
    await first.done;
    await run(nothing, () => {
      throw new Error('somebody still has the lock');
    });
  });

  it('cannot be held up by another user, who cannot open the lock', async () => {
    writeFileSync(lockFile(), '', {mode: 0o644});
    await run(nothing, () => undefined);
    expect(statSync(lockFile()).mode & 0o777).toBe(0o600);
  });

  it('give the lock back when they fail', async () => {
    await expect(
      run(
        () => Promise.reject(new Error('no')),
        () => undefined,
      ),
    ).rejects.toThrow('no');
    await run(nothing, () => {
      throw new Error('somebody still has the lock');
    });
  });

  it('are refused where no lock can be', async () => {
    const run_ = exclusively(nothing, () => undefined, never, join(root, 'none/lock'));
    await expect(run_).rejects.toMatchObject({code: 'ELOCK'});
  });
});
