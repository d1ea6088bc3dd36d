// SPDX-License-Identifier: MIT
import {describe, expect, it} from 'vitest';

import {fguard_hook_state as STATE} from '../../../src/domain/uapi.gen.js';
import {statusDocument} from '../../../src/formats/status-document.js';
import {renderStatus} from '../../../src/ui/status-table.js';
import {renderTable} from '../../../src/ui/table.js';

const COUNTERS = {allowed: 1, denied: 2, events: 3, lost: 4, asked: 5, expired: 6};

const status = (...states: number[]) =>
  statusDocument(
    {
      ...{version: '1', abi: 1, kernel: '6.1', locked: false, rules: 1, subscribers: 0},
      ...{answerers: 0, counters: COUNTERS, questions: [], unsafe: []},
      hooks: states.map((state, n) => ({function: `security_${n}`, ops: 1, state})),
    },
    String,
  );

describe('the status', () => {
  it('names the state of each hook', () => {
    const text = renderStatus(
      status(STATE.FGUARD_HOOK_ACTIVE, STATE.FGUARD_HOOK_IDLE, STATE.FGUARD_HOOK_MISSING),
      true,
    );
    const states = ['active', 'idle', 'missing'];
    states.forEach((state, n) => expect(text).toMatch(new RegExp(`security_${n} .*${state}`)));
  });

  it('lists hooks only where they are missing, or somebody asks', () => {
    const {FGUARD_HOOK_ACTIVE: active, FGUARD_HOOK_MISSING: missing} = STATE;
    const whole = renderStatus(status(active, active));
    expect(whole).toMatch(/^hooks +2 active$/m);
    expect(whole).not.toContain('security_');
    const gap = renderStatus(status(active, missing));
    expect(gap).toMatch(/^hooks +1 active, 1 missing$/m);
    expect(gap).toMatch(/^security_1 .*missing$/m);
    expect(gap).not.toContain('security_0');
  });

  it('a paint function of a table gets the text, and nothing else', () => {
    const seen: unknown[][] = [];
    const paint = (...all: unknown[]): string => {
      seen.push(all);
      return String(all[0]);
    };
    renderTable(['name'], [[[{text: 'abc', paint}]]], 80);
    expect(seen).toEqual([['abc']]);
  });
});
