// SPDX-License-Identifier: MIT
import {afterEach, expect, it, vi} from 'vitest';

import {findForeign} from '../../../src/linux/own-folder.js';
import {ownRuleFiles} from '../../../src/services/rule-files/find.js';

afterEach(() => {
  vi.restoreAllMocks();
});

it.each([
  ['rule files', () => ownRuleFiles(['a.yaml'])],
  ['folders', () => findForeign('a')],
])('says of %s that the current directory is gone', (_what, look) => {
  vi.spyOn(process, 'cwd').mockImplementation(() => {
    throw Object.assign(new Error('uv_cwd'), {code: 'ENOENT'});
  });
  expect(look).toThrow('the current directory is gone');
});
