// SPDX-License-Identifier: MIT
import {chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';

import {UserError} from '../../../src/errors.js';
import {type BuildProgress, buildModule} from '../../../src/services/rebuild/build.js';
import {cacheFolder, findCached, keepInCache} from '../../../src/services/rebuild/cache.js';
import {installModule} from '../../../src/services/rebuild/install.js';
import {readKernelTree} from '../../../src/services/rebuild/kernel-tree.js';
import {replaceFile} from '../../../src/services/rebuild/replace-file.js';
import {findMissing} from '../../../src/services/rebuild/requirements.js';
import {fingerprint, moduleSources} from '../../../src/services/rebuild/sources.js';
import {newFolder} from '../folder.js';

const KERNEL = '6.1.0-1-test';
const CONFIG = `CONFIG_CC_VERSION_TEXT="x86_64-linux-gnu-gcc-12 (Debian 12.2.0-14) 12.2.0"
CONFIG_MODULES=y
CONFIG_SECURITY=y
CONFIG_SECURITY_PATH=y
CONFIG_DYNAMIC_FTRACE_WITH_ARGS=y
`;

let root: string;
const {PATH} = process.env;

/*
 * root/
 * ├── 6.1.0-1-test/build/include/config/auto.conf
 * ├── bin/                  first in the PATH
 * └── source/               a module's sources
 */
beforeEach(() => {
  root = newFolder();
  mkdirSync(join(root, KERNEL, 'build/include/config'), {recursive: true});
  writeConfig(CONFIG);
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
  start = (kernel: string): number => this.calls.push(`start ${kernel}`);
  step = (): number => this.calls.push('step');
  stop = (): number => this.calls.push('stop');
}

const build = (progress = new Progress(), signal = new AbortController().signal) =>
  buildModule(tree(), progress, signal, (file) => Promise.resolve(readFileSync(file, 'utf8')));

describe('what a build needs', () => {
  const all = (): boolean => true;

  it('is complete', () => {
    expect(findMissing(tree(), all)).toEqual([]);
  });

  it('the compiler of the kernel is named with its package', () => {
    const [missing] = findMissing(tree(), (name) => name === 'make');
    expect(missing?.what).toContain('x86_64-linux-gnu-gcc-12');
    expect(missing?.next).toBe('sudo apt install gcc-12');
  });

  it('headers and make are named with their packages', () => {
    const missing = findMissing(readKernelTree('9.9', root), () => false);
    expect(missing.map(({next}) => next)).toEqual([
      'sudo apt install linux-headers-9.9',
      'sudo apt install make',
    ]);
  });

  it.each(['CONFIG_MODULES', 'CONFIG_SECURITY', 'CONFIG_SECURITY_PATH'])('%s', (option) => {
    writeConfig(without(option));
    expect(findMissing(tree(), all).map(({what}) => what)).toEqual([
      expect.stringContaining(option),
    ]);
  });

  it('one of two ways to trace arguments', () => {
    writeConfig(without('CONFIG_DYNAMIC_FTRACE_WITH_ARGS'));
    expect(findMissing(tree(), all)).toHaveLength(1);
    writeConfig(`${without('CONFIG_DYNAMIC_FTRACE_WITH_ARGS')}CONFIG_DYNAMIC_FTRACE_WITH_REGS=y\n`);
    expect(findMissing(tree(), all)).toEqual([]);
  });
});

describe('the identity of a build', () => {
  it('counts sources and not what builds leave behind', () => {
    expect(moduleSources(source())).toEqual(['Kbuild', 'main.c', 'uapi/fguard.h']);
  });

  it('changes with a source, the kernel, its symbols, its options and the compiler', () => {
    const seen = new Set([fingerprint(tree(), source())]);
    const changes = [
      () => writeFileSync(join(source(), 'main.c'), 'int b;\n'),
      () => writeFileSync(join(root, KERNEL, 'build/Module.symvers'), '0x1 a\n'),
      () => writeConfig(`${CONFIG}CONFIG_X=y\n`),
      () => writeConfig(`${CONFIG.replace('12.2.0-14', '12.2.0-15')}CONFIG_X=y\n`),
    ];
    for (const change of changes) {
      change();
      seen.add(fingerprint(tree(), source()));
    }
    expect(seen.size).toBe(1 + changes.length);
    expect(fingerprint(tree(), source())).toBe(fingerprint(tree(), source()));
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

  it.each([
    [{FGUARD_CACHE: '/a', XDG_CACHE_HOME: '/b'}, '/a/fguard/modules'],
    [{FGUARD_CACHE: '', XDG_CACHE_HOME: '/b'}, '/b/fguard/modules'],
  ])('lies where the environment says %o', (env, folder) => {
    expect(cacheFolder(env)).toBe(folder);
  });
});

describe('installing', () => {
  it('replaces the module whole, and tells depmod', async () => {
    program('depmod', `echo "$1" >>"${root}/depmod"`);
    writeFileSync(join(root, 'new'), 'new module');
    const file = await installModule(join(root, 'new'), KERNEL, root);
    expect(file).toBe(join(root, KERNEL, 'updates/fguard.ko'));
    expect(readFileSync(file, 'utf8')).toBe('new module');
    expect(readdirSync(join(root, KERNEL, 'updates'))).toEqual(['fguard.ko']);
    await installModule(join(root, 'new'), KERNEL, root);
    expect(readFileSync(join(root, 'depmod'), 'utf8')).toBe(`${KERNEL}\n`);
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
