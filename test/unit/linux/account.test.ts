// SPDX-License-Identifier: MIT
import {expect, it} from 'vitest';

import {accountOf, parseRanges} from '../../../src/services/ask/account.js';
import {QUESTION} from '../question.js';

const LENT = parseRanges(
  'ann:100000:65536\n1002:200000:10\nnobody-here:300000:10\nann:x:10\n\nbroken\n',
  [{name: 'ann', uid: 1000}],
);

it.each([
  ['a user is one', 1001, null, 1001],
  ['those that are lent are whose they are', 100_000, null, 1000],
  ['to the last', 165_535, null, 1000],
  ['and no further', 165_536, null, 165_536],
  ['who may be given by number', 200_009, null, 1002],
  ['those of nobody are nobody', 300_000, null, 300_000],
  ['a login is whoever logged in', 100_000, 1001, 1001],
  ['root is root', 0, 1001, 0],
])('%s', (_what, uid, loginuid, account) => {
  expect(accountOf({...QUESTION, uid, loginuid}, LENT)).toBe(account);
});
