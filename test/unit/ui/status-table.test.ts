// SPDX-License-Identifier: MIT
import {describe, expect, it} from 'vitest';

import {fguard_hook_state as STATE} from '../../../src/uapi.gen.js';
import {statusDocument} from '../../../src/ui/status-document.js';
import {renderStatus} from '../../../src/ui/status-table.js';
import {renderTable} from '../../../src/ui/table.js';

const COUNTERS = {allowed: 1, denied: 2, events: 3, lost: 4, asked: 5, expired: 6};

const status = (...states: number[]) =>
  statusDocument(
    {
      ...{version: '1', abi: 1, kernel: '6.1', locked: false, rules: 1, subscribers: 0},
      ...{answerers: 0, counters: COUNTERS, questions: []},
      hooks: states.map((state, n) => ({function: `security_${n}`, ops: 1, state})),
    },
    String,
  );

describe('the status', () => {
  it('names the state of each hook', () => {
    const text = renderStatus(
      status(STATE.FGUARD_HOOK_ACTIVE, STATE.FGUARD_HOOK_IDLE, STATE.FGUARD_HOOK_MISSING),
    );
    const states = ['active', 'idle', 'missing'];
    states.forEach((state, n) => expect(text).toMatch(new RegExp(`security_${n} .*${state}`)));
  });

  it('a paint function of a table gets the text, and nothing else', () => {
    const seen: unknown[][] = [];
    const paint = (...all: unknown[]): string => {
      seen.push(all);
      return String(all[0]);
    };
    renderTable(['name'], [[[{text: 'abc', paint}]]]);
    expect(seen).toEqual([['abc']]);
  });
});
