// SPDX-License-Identifier: MIT
import {describe, expect, it} from 'vitest';

import type {CheckResult} from '../../src/domain/checks.js';
import {UserError} from '../../src/domain/errors.js';
import {rebuiltDocument} from '../../src/ui/rebuilt.js';
import {fguard} from './fguard.js';
import {expectDocument} from './schemas.js';

interface Checks {
  checks: CheckResult[];
}

describe('doctor', () => {
  it('is a document whose exit code tells whether something stops fguard', async () => {
    const {code, stdout} = await fguard(['doctor', '--json']);
    const document = JSON.parse(stdout) as Checks;
    expectDocument('doctor', document);
    const isStopped = document.checks.some(({state}) => state === 'failed');
    expect(code).toBe(isStopped ? 1 : 0);
    expect(document.checks.find(({title}) => title === 'library')?.state).toBe('ok');
  });

  it('names a library that is not there, and the command that makes it', async () => {
    const {code, stdout} = await fguard(['doctor', '--json'], {FGUARD_LIBRARY: '/no/libfguard.so'});
    const {checks} = JSON.parse(stdout) as Checks;
    expect(code).toBe(1);
    expect(checks.find(({title}) => title === 'library')).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('/no/libfguard.so'),
    });
  });

  it('is a table with a remedy below each trouble, and a sentence beside it', async () => {
    const {stdout, stderr} = await fguard(['doctor'], {FGUARD_LIBRARY: '/no/libfguard.so'});
    expect(stdout).toContain('try: unset FGUARD_LIBRARY');
    expect(stderr).toMatch(/checks failed: fguard cannot work/);
  });
});

describe('lock', () => {
  it('locks, and tells what is locked', async () => {
    const {code, stdout, stderr} = await fguard(['lock', '--json'], {FAKE_RULES: '2'});
    const document: unknown = JSON.parse(stdout);
    expectDocument('lock', document);
    expect(document).toMatchObject({module: {locked: true}, changed: true, rules: 2});
    expect([code, stderr]).toEqual([0, '']);
  });

  it('of nothing, or for the second time, is told', async () => {
    const {stdout, stderr} = await fguard(['lock'], {FAKE_LOCKED: '1'});
    expect(stdout).toContain('were already locked');
    expect(stderr).toContain('no rule is active');
    const status = await fguard(['status'], {FAKE_LOCKED: '1'});
    expect(status.stdout).toContain('locked until reboot');
  });

  it('that is refused ends with 4 and the sentence', async () => {
    const {code, stdout} = await fguard(['lock', '--json'], {FAKE_LOCK: '1'});
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({error: {code: 'EPERM', message: 'the fake says no'}});
  });
});

describe('rebuild', () => {
  it('is a document of what was built and of what was not', () => {
    const module = {
      kernel: '6.1.0-1-amd64',
      file: '/lib/modules/6.1.0-1-amd64/updates/fguard.ko',
      cached: false,
      signer: 'key',
      certificate: '/c',
      enrolled: null,
    };
    const error = new UserError('EBUILD', 'does not build', {output: 'main.c:1: error'});
    const failed = [{kernel: '6.1.0-2-amd64', error}];
    const document = rebuiltDocument({modules: [module], failed, secureBoot: null});
    expectDocument('rebuild', document);
    expect(document.failed).toMatchObject([{message: 'does not build\nmain.c:1: error'}]);
  });
});
