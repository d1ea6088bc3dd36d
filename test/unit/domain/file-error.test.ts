// SPDX-License-Identifier: MIT
import {constants} from 'node:os';
import {expect, it} from 'vitest';

import {errnoText, fileErrorText} from '../../../src/domain/errno.js';
import {errorCode} from '../../../src/linux/files.js';

it.each(['EROFS', 'ENOSPC', 'EDQUOT', 'EMFILE', 'ESTALE', 'EFBIG', 'ETXTBSY', 'EACCES', 'ENOENT'])(
  'a file has words for %s',
  (name) => {
    expect(fileErrorText(name)).not.toContain('E');
  },
);

it.each(['EBUSY', 'ENODEV', 'EPERM', 'EOPNOTSUPP'])(
  'what the module means by %s is not said of a file',
  (name) => {
    expect(fileErrorText(name)).not.toBe(errnoText(name));
  },
);

it.each(['EDQUOT', 'ESTALE'] as const)('%s, which Node does not name, has its name', (name) => {
  const code = `Unknown system error -${constants.errno[name]}`;
  expect(errorCode(Object.assign(new Error(code), {code}))).toBe(name);
});

it('a number that nobody names stays a number', () => {
  const error = Object.assign(new Error(), {code: 'Unknown system error -524'});
  expect(errorCode(error)).toBe('E524');
});
