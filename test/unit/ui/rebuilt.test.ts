// SPDX-License-Identifier: MIT
import {describe, expect, it} from 'vitest';

import type {CheckResult} from '../../../src/domain/checks.js';
import {UserError} from '../../../src/domain/errors.js';
import {renderChecks, summarizeChecks} from '../../../src/ui/checks-table.js';
import {
  type RebuiltModule,
  failureOutputs,
  renderRebuilt,
  signatureAdvice,
} from '../../../src/ui/rebuilt.js';

const MODULE: RebuiltModule = {
  kernel: '6.1',
  file: '/lib/modules/6.1/updates/fguard.ko',
  cached: false,
  signer: null,
  certificate: null,
  enrolled: null,
};
const SIGNED = {...MODULE, signer: 'my\u001b key', certificate: '/c.der'};
const error = new UserError('EBUILD', 'does not build', {output: 'a.c:1:\u001b[2J', next: ['do']});
const FAILED = {kernel: '6.2', error};

describe('what was rebuilt', () => {
  it('is a sentence for one kernel', () => {
    const result = {modules: [MODULE], failed: [], secureBoot: null};
    expect(renderRebuilt(result)).toBe('kernel 6.1: built, /lib/modules/6.1/updates/fguard.ko');
    const cached = {...result, modules: [{...MODULE, cached: true}]};
    expect(renderRebuilt(cached)).toContain('up to date');
  });

  it('is a table for several, with what to do, and the words of compilers escaped', () => {
    const result = {modules: [MODULE], failed: [FAILED], secureBoot: null};
    const table = renderRebuilt(result);
    for (const text of ['6.1', 'not signed', '6.2', 'no module', 'does not build', 'try: do'])
      expect(table).toContain(text);
    expect(failureOutputs(result)).toEqual(['kernel 6.2:\na.c:1:\\x1b[2J']);
  });
});

describe('advice on signatures', () => {
  const advice = (module: RebuiltModule, secureBoot: boolean | null): string =>
    signatureAdvice({modules: [module, module], failed: [], secureBoot}).join('\n---\n');

  it('is none without a signature, or without Secure Boot', () => {
    expect(advice(MODULE, true)).toBe('');
    expect(advice({...SIGNED, enrolled: false}, false)).toBe('');
    expect(advice(SIGNED, null)).toBe('');
  });

  it('tells once how to enrol a key', () => {
    const text = advice({...SIGNED, enrolled: false}, true);
    expect(text).toContain('my\\x1b key');
    expect(text).toContain('try: sudo mokutil --import /c.der');
    expect(text).not.toContain('---');
  });

  it('tells where it cannot be known, and where all is well', () => {
    expect(advice(SIGNED, true)).toContain('sudo apt install mokutil');
    expect(advice({...SIGNED, enrolled: true}, true)).toContain('is enrolled');
  });
});

describe('checks', () => {
  const check = (state: CheckResult['state'], fix: string | null = null): CheckResult => ({
    title: `the ${state} one`,
    state,
    detail: 'as \u001b found',
    fix,
  });

  it('are a table with remedies, escaped', () => {
    const table = renderChecks([check('ok'), check('failed', 'do this')]);
    for (const text of ['the ok one', 'as \\x1b found', 'failed', 'try: do this'])
      expect(table).toContain(text);
  });

  it.each<[CheckResult['state'][], string]>([
    [['ok'], 'fguard can work'],
    [['ok', 'warning', 'unknown'], 'fguard can work (1 with a warning, 1 unknown)'],
    [['failed', 'ok'], '1 of 2 checks failed: fguard cannot work'],
  ])('are summed up: %j', (states, sentence) => {
    expect(summarizeChecks(states.map((state) => check(state)))).toBe(sentence);
  });
});
