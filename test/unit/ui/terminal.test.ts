// SPDX-License-Identifier: MIT
import {stdout} from 'node:process';
import {afterEach, describe, expect, it} from 'vitest';

import {terminalColumns, terminalSize} from '../../../src/ui/terminal.js';

const KEYS = ['isTTY', 'columns', 'rows'] as const;
const before = KEYS.map((key) => Object.getOwnPropertyDescriptor(stdout, key));

function pretend(isTTY: boolean, columns?: number, rows?: number): void {
  for (const [key, value] of Object.entries({isTTY, columns, rows}))
    Object.defineProperty(stdout, key, {value, configurable: true});
}

afterEach(() => {
  for (const [at, key] of KEYS.entries()) {
    const own = before[at];
    if (own === undefined) Reflect.deleteProperty(stdout, key);
    else Object.defineProperty(stdout, key, own);
  }
});

describe('a terminal', () => {
  it('has its size', () => {
    pretend(true, 40, 12);
    expect([terminalColumns(), terminalSize()]).toEqual([40, {columns: 40, rows: 12}]);
  });

  it('that does not know it, such as a serial console, has the usual one', () => {
    pretend(true, 0, 0);
    expect([terminalColumns(), terminalSize()]).toEqual([80, {columns: 80, rows: 24}]);
  });

  it('that is none has no end', () => {
    pretend(false);
    expect(terminalColumns()).toBe(Infinity);
  });
});
