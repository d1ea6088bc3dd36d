// SPDX-License-Identifier: MIT
import {describe, expect, it} from 'vitest';

import {exactArgument} from '../../../src/services/argv.js';
import {UserNames, groupId, groupNames, userId} from '../../../src/services/users.js';

describe('users', () => {
  it('each is asked for once', () => {
    const asked: number[] = [];
    const names = new UserNames((uid) => {
      asked.push(uid);
      return `user${uid}`;
    });
    expect([names.name(1), names.name(2), names.name(1)]).toEqual(['user1', 'user2', 'user1']);
    expect(asked).toEqual([1, 2]);
  });

  it('one that the user database does not know keeps its number', () => {
    expect(new UserNames().name(3_999_999_999)).toBe('3999999999');
    expect(new UserNames().name(0)).toBe('root');
  });

  it('are found by name and by number', () => {
    expect([userId('root'), userId('123')]).toEqual([0, 123]);
    expect(() => userId('no-such-user')).toThrow('no-such-user');
    expect(() => userId('4294967295')).toThrow('4294967295');
  });

  it('groups are found by name and by number, and named', () => {
    expect([groupId('daemon'), groupId('77')]).toEqual([1, 77]);
    expect(groupNames().name(1)).toBe('daemon');
    expect(() => groupId('no-such-group')).toThrow('no group no-such-group');
  });
});

describe('an argument that is not UTF-8', () => {
  const bytes = Buffer.from([0x61, 0xff, 0x62]);

  it('is read from the kernel', () => {
    expect(exactArgument(bytes.toString(), () => [Buffer.from('x'), bytes])).toBe('a\udcffb');
  });

  it('costs nothing for others', () => {
    const unread = (): Buffer[] => {
      throw new Error('read');
    };
    expect(exactArgument('plain', unread)).toBe('plain');
  });
});
