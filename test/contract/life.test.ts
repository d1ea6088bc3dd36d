// SPDX-License-Identifier: MIT
import {describe, expect, it} from 'vitest';

import type {CheckResult} from '../../src/domain/checks.js';
import {UserError} from '../../src/errors.js';
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
    expect(stderr).toMatch(/checks failed: fguard cannot do its work/);
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
