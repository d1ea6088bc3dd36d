// SPDX-License-Identifier: MIT
import {constants} from 'node:fs';
import {describe, expect, it} from 'vitest';

import {closest} from '../../../src/domain/closest.js';
import {durationText, parseDuration} from '../../../src/domain/duration.js';
import {
  ELSES,
  HOOK_STATES,
  MATCH_KINDS,
  OPS,
  REASONS,
  VERDICTS,
} from '../../../src/domain/names.js';
import {heldAccess, openFlagNames} from '../../../src/domain/open-flags.js';
import {isoTime} from '../../../src/domain/time.js';
import {FGUARD_TTL_MAX} from '../../../src/domain/uapi.gen.js';

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['10s', 10_000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['10', undefined],
    ['0s', undefined],
    ['-1s', undefined],
    ['1 s', undefined],
    ['25d', 2_160_000_000],
    ['36500d', FGUARD_TTL_MAX],
    ['36501d', undefined],
    ['', undefined],
  ])('%s', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });
});

describe('times that are left', () => {
  it.each([
    [0, '0s'],
    [999, '0s'],
    [59_999, '59s'],
    [600_000, '10m'],
    [5_430_000, '1h 30m'],
    [90_000_000, '1d 1h'],
    [86_400_000 + 60_000, '1d'],
  ])('%i ms', (milliseconds, text) => {
    expect(durationText(milliseconds)).toBe(text);
  });
});

describe('names of the protocol', () => {
  it('are those of the stable interface', () => {
    expect(OPS.list).toEqual(
      'read write exec create delete rename link truncate attr list mount'.split(' '),
    );
    expect(VERDICTS.list).toEqual(['allow', 'deny']);
    expect(REASONS.list).toEqual(expect.arrayContaining(['none', 'rule', 'grant', 'default']));
    expect(ELSES.list).toEqual(expect.arrayContaining(['deny', 'log']));
    expect(MATCH_KINDS.list).toEqual(['suffix', 'tree', 'path']);
    expect(HOOK_STATES.list).toEqual(['idle', 'active', 'missing']);
  });

  it('a mask and its names are the same thing', () => {
    expect(OPS.toMask(['read', 'delete'])).toBe(0b10001);
    expect(OPS.fromMask(0b10001)).toEqual(['read', 'delete']);
    for (let mask = 0; mask < 2048; mask++) expect(OPS.toMask(OPS.fromMask(mask))).toBe(mask);
  });

  it('a value of a later module has a name too', () => {
    expect(OPS.name(200)).toBe('unknown-200');
  });
});

describe('open flags', () => {
  it.each([
    [0, []],
    [
      constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC,
      ['O_WRONLY', 'O_CREAT', 'O_TRUNC'],
    ],
    [constants.O_RDWR | 0o2000000, ['O_RDWR', 'O_CLOEXEC']],
    [constants.O_DIRECTORY, ['O_DIRECTORY']],
    [constants.O_SYNC, ['O_SYNC']],
    [0o20000000 | constants.O_DIRECTORY | constants.O_WRONLY, ['O_WRONLY', 'O_TMPFILE']],
  ])('%o', (flags, names) => {
    expect(openFlagNames(flags)).toEqual(names);
  });

  it.each([
    [constants.O_RDONLY, 'r'],
    [constants.O_WRONLY | constants.O_APPEND, 'w'],
    [constants.O_RDWR, 'rw'],
    [0o10000000, undefined],
  ])('a descriptor opened with %o', (flags, access) => {
    expect(heldAccess(flags)).toBe(access);
  });
});

describe('times', () => {
  it('have microseconds and end in Z', () => {
    expect(isoTime(1_767_225_600_123_456_789n)).toBe('2026-01-01T00:00:00.123456Z');
    expect(isoTime(1_767_225_601_000_000_999n)).toBe('2026-01-01T00:00:01.000000Z');
    expect(isoTime(0n)).toBe('1970-01-01T00:00:00.000000Z');
  });
});

describe('the nearest word', () => {
  const commands = ['protect', 'unprotect', 'watch', 'whois', 'load', 'unload', 'rules'];
  it.each([
    ['prtect', 'protect'],
    ['wathc', 'watch'],
    ['whos', 'whois'],
    ['unlaod', 'unload'],
    ['xyzzy', undefined],
  ])('%s', (word, meant) => {
    expect(closest(word, commands)).toBe(meant);
  });
});
