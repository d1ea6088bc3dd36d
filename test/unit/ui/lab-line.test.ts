// SPDX-License-Identifier: MIT
import {afterEach, beforeEach, expect, it, vi} from 'vitest';

import {UserError} from '../../../src/domain/errors.js';
import {LabLine} from '../../../src/ui/lab-line.js';

let written: string;

beforeEach(() => {
  written = '';
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function useStderr(terminal: {isTTY: boolean; columns?: number}): void {
  const write = (text: string): boolean => {
    written += text;
    return true;
  };
  vi.stubGlobal('process', {...process, stderr: {...terminal, write}});
}

function work(line: LabLine): void {
  line.onStep('preparing');
  line.onLine('Get:1 a\rGet:2 \u001b[31mb');
  vi.advanceTimersByTime(2000);
  line.onStep('booting');
  line.ready('6.1.0', true);
  line.stop();
}

it('says each step once where nobody looks, and what the shell is', () => {
  useStderr({isTTY: false});
  work(new LabLine(false));
  const [first, second, shell, ...rest] = written.split('\n');
  expect([first, second, rest]).toEqual(['preparing', 'booting', ['']]);
  expect(shell).toContain('kernel 6.1.0');
});

it('is one line on a terminal, with the time and the last words, escaped, and goes away', () => {
  useStderr({isTTY: true, columns: 80});
  work(new LabLine(false));
  const [before = '', after] = written.split('this shell');
  expect(before).not.toContain('\n');
  expect(before.split('\r\u001b[K')).toEqual([
    '',
    'preparing 0 s',
    'preparing 1 s  Get:2 \\x1b[31mb',
    'preparing 2 s  Get:2 \\x1b[31mb',
    'booting 0 s',
    '',
  ]);
  expect(after).toContain('6.1.0');
});

it('fits a narrow terminal', () => {
  useStderr({isTTY: true, columns: 12});
  work(new LabLine(false));
  const drawn = (written.split('this shell')[0] ?? '').split('\r\u001b[K');
  expect(Math.max(...drawn.map((text) => text.length))).toBeLessThan(12);
});

it('is silent beside a document, but for what is missing', () => {
  useStderr({isTTY: true, columns: 80});
  const line = new LabLine(true);
  work(line);
  expect(written).toBe('');
  line.warn(new UserError('ENOLIBRARY', 'no library', {next: ['make']}));
  expect(written).toBe('fguard: no library\n  try: make\n');
});
