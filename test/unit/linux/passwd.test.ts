// SPDX-License-Identifier: MIT
import {describe, expect, it} from 'vitest';

import {type Names, withNames} from '../../../src/linux/passwd.js';

const STRANGER = 3_999_999_998;
const NOBODY_AT_ALL = 3_999_999_999;

type Asked = [string, (string | number)[]];

/** A user database that knows one user and one group besides those of this machine. */
function database() {
  const asked: Asked[] = [];
  const ask = (name: 'passwd' | 'group', keys: readonly (string | number)[]) => {
    asked.push([name, [...keys]]);
    const known = name === 'passwd' ? 'ann' : 'staff of ann';
    return Promise.resolve(keys.includes(STRANGER) ? [{name: known, uid: STRANGER}] : []);
  };
  return {asked, ask};
}

describe('what is made with names', () => {
  it('asks nobody for those that this machine knows itself', async () => {
    const {asked, ask} = database();
    const make = ({user, group}: Names): string[] => [user(0), group(0)];
    expect([await withNames(make, ask), asked]).toEqual([['root', 'root'], []]);
  });

  it('asks for all others at once, and keeps the number of whom nobody knows', async () => {
    const {asked, ask} = database();
    const ids = [STRANGER, NOBODY_AT_ALL, 0, STRANGER];
    const made = await withNames(({user, group}) => [...ids.map(user), group(STRANGER)], ask);
    expect(made).toEqual(['ann', String(NOBODY_AT_ALL), 'root', 'ann', 'staff of ann']);
    expect(asked).toEqual([
      ['passwd', [STRANGER, NOBODY_AT_ALL]],
      ['group', [STRANGER]],
    ]);
  });

  it('asks as long a line as there can be', async () => {
    const {asked, ask} = database();
    const ids = Array.from({length: 2500}, (_item, at) => 3_000_000_000 + at);
    expect(await withNames(({user}) => ids.map(user), ask)).toEqual(ids.map(String));
    expect(asked.map(([, keys]) => keys.length)).toEqual([1000, 1000, 500]);
  });
});
