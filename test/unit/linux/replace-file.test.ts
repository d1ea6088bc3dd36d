// SPDX-License-Identifier: MIT
import {mkdirSync, readFileSync, readdirSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';

import {replaceFile, replaceText} from '../../../src/linux/replace-file.js';
import {newFolder} from '../folder.js';

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('what takes the place of a file', () => {
  it('is another file: the one before keeps what it has for whoever has it open', () => {
    const folder = newFolder();
    const [source, target] = [join(folder, 'source'), join(folder, 'target')];
    writeFileSync(source, 'new', {mode: 0o600});
    writeFileSync(target, 'old');
    const before = statSync(target).ino;
    replaceFile(source, target);
    expect(readFileSync(target, 'utf8')).toBe('new');
    expect(statSync(target).ino).not.toBe(before);
    expect(modeOf(target)).toBe(0o644);
    expect(readdirSync(folder)).toEqual(['source', 'target']);
  });

  it('has the mode that is asked for, whatever the umask', () => {
    const umask = process.umask(0o077);
    const target = join(newFolder(), 'target');
    try {
      replaceText(target, 'text', 0o755);
    } finally {
      process.umask(umask);
    }
    expect(readFileSync(target, 'utf8')).toBe('text');
    expect(modeOf(target)).toBe(0o755);
  });

  it('leaves nothing behind where it cannot', () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'target', 'full'), {recursive: true});
    expect(() => {
      replaceText(join(folder, 'target'), 'text');
    }).toThrow();
    expect(readdirSync(folder)).toEqual(['target']);
  });
});
