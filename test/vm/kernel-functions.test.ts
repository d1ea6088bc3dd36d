// SPDX-License-Identifier: MIT
import {existsSync, readFileSync} from 'node:fs';
import {homedir} from 'node:os';
import path from 'node:path';
import {describe, expect, it} from 'vitest';
import {
  contradicted,
  forgotten,
  functionsIn,
  functionsOfHeader,
  parseNotes,
  readHooked,
  readNotes,
  stale,
} from './kernel-functions.js';

const SYMBOLS = [
  'ffffffff81500000 T security_file_open',
  'ffffffff81500100 T security_file_shred',
  'ffffffff81500200 t security_local',
  'ffffffff81500300 T security_task_kill',
  'ffffffffc0300000 T security_of_module\t[fguard]',
].join('\n');
const NOTES = parseNotes('# a comment\n\nsecurity_task_kill  signals\n');

describe('a function of the security layer', () => {
  it('that is neither hooked nor noted is found', () => {
    const functions = functionsIn(SYMBOLS);
    expect(functions).toEqual(['security_file_open', 'security_file_shred', 'security_task_kill']);
    expect(forgotten(functions, ['security_file_open'], NOTES)).toEqual(['security_file_shred']);
  });

  it('that is hooked needs no note, and may not have one', () => {
    expect(forgotten(['security_file_open'], ['security_file_open'], NOTES)).toEqual([]);
    expect(contradicted(['security_task_kill'], NOTES)).toEqual(['security_task_kill']);
  });
});

describe('a note', () => {
  it('about a function that no kernel has is found', () => {
    expect(stale(['security_task_kill'], NOTES)).toEqual([]);
    expect(stale(['security_file_open'], NOTES)).toEqual(['security_task_kill']);
  });

  it('without a reason, or given twice, is refused', () => {
    expect(() => parseNotes('security_task_kill')).toThrow('no function and reason');
    expect(() => parseNotes('security_a  x\nsecurity_a  y')).toThrow('two notes');
  });
});

const cacheHome = process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache');
const cache = process.env.FGUARD_CACHE ?? path.join(cacheHome, 'fguard');
const HEADERS = ['security.h', 'lsm_hooks.h', 'audit.h'];

/** What the headers of a kernel declare, or undefined where they are not in the cache. */
function declaredBy(kernel: string): string[] | undefined {
  const dir = path.join(cache, 'kernels', kernel);
  if (!existsSync(path.join(dir, 'release'))) return undefined;
  const [release, suite] = ['release', 'suite'].map((name) =>
    readFileSync(path.join(dir, name), 'utf8').trim(),
  );
  const sources = path.join(cache, 'roots', suite ?? '', 'usr/src');
  const makefile = readFileSync(path.join(sources, `linux-headers-${release}`, 'Makefile'), 'utf8');
  const common = /linux-headers-[\w.+-]+-common[\w-]*/.exec(makefile)?.[0];
  if (!common) throw new Error(`the headers of ${kernel} name no common ones`);
  const include = path.join(sources, common, 'include/linux');
  return HEADERS.flatMap((name) =>
    functionsOfHeader(readFileSync(path.join(include, name), 'utf8')),
  );
}

const kernels = readFileSync(new URL('../../lab/kernels.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => /^\w/.test(line))
  .map((line) => line.split(/\s+/)[0] ?? '');
const declared = kernels.flatMap((kernel) => {
  const functions = declaredBy(kernel);
  return functions ? [{kernel, functions}] : [];
});
const known = declared.flatMap(({functions}) => functions);

describe('the table and the notes', () => {
  it('are never about the same function', () => {
    expect(readHooked()).toContain('security_file_open');
    expect(contradicted(readHooked(), readNotes())).toEqual([]);
  });

  // npm test brings a kernel before it comes here; others are where somebody tested them
  it.each(declared.map(({kernel, functions}) => [kernel, functions] as const))(
    'have each function that kernel %s declares',
    (_, functions) => {
      expect(functions.length).toBeGreaterThan(200);
      expect([...new Set(forgotten(functions, readHooked(), readNotes()))]).toEqual([]);
    },
  );

  // one kernel alone cannot tell what another has
  it.skipIf(declared.length < kernels.length)(
    'have no function that no supported kernel declares',
    () => {
      expect(stale(known, readNotes())).toEqual([]);
    },
  );
});
