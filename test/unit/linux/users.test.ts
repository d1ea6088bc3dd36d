// SPDX-License-Identifier: MIT
import {describe, expect, it} from 'vitest';

import {exactArguments} from '../../../src/cli/argv.js';
import {UserNames, groupId, groupNames, userId} from '../../../src/linux/users.js';

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

  it.each(['42949672960', '4294967296', ' 0', '+0', '-4294967296', '-0'])(
    'a number that is none is nobody: "%s"',
    (text) => {
      expect(() => userId(text)).toThrow(text);
      expect(() => groupId(text)).toThrow(text);
    },
  );

  it('groups are found by name and by number, and named', () => {
    expect([groupId('daemon'), groupId('77')]).toEqual([1, 77]);
    expect(groupNames().name(1)).toBe('daemon');
    expect(() => groupId('no-such-group')).toThrow('unknown group: no-such-group');
  });
});

describe('an argument that is not UTF-8', () => {
  const exact = (...line: string[]): string[] => {
    const bytes = ['node', '--node-option', 'fguard', ...line].map((word) =>
      Buffer.from(word, 'latin1'),
    );
    const words = bytes.map((word) => word.toString());
    return exactArguments(['/usr/bin/node', '/bin/fguard', ...words.slice(3)], () => bytes).slice(
      2,
    );
  };

  it('is read from the kernel', () => {
    expect(exact('x', 'a\xffb')).toEqual(['x', 'a\udcffb']);
  });

  it('behind the = of a flag, too', () => {
    expect(exact('--protect=a\xffb', '--', 'a')).toEqual(['--protect=a\udcffb', '--', 'a']);
  });

  it('is told from another that looks the same', () => {
    expect(exact('f\xe8', 'f\xe9', 'f\xef\xbf\xbd')).toEqual(['f\udce8', 'f\udce9', 'f\ufffd']);
  });

  it('costs nothing for others', () => {
    const unread = (): Buffer[] => {
      throw new Error('read');
    };
    expect(exactArguments(['plain'], unread)).toEqual(['plain']);
  });
});
