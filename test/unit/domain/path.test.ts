// SPDX-License-Identifier: MIT
import {describe, expect, it} from 'vitest';

import {directoryOf, inDirectory, lastName} from '../../../src/domain/path.js';

describe('a path', () => {
  it.each([
    ['/', 'a', '/a'],
    ['/a', 'b', '/a/b'],
    ['/a', '..', '/a/..'],
  ])('of %s and %s is %s', (directory, name, path) => {
    expect(inDirectory(directory, name)).toBe(path);
  });

  it.each([
    ['/a/b', '/a', 'b'],
    ['/a', '/', 'a'],
    ['/', '/', ''],
    ['/a/..', '/a', '..'],
  ])('%s is in %s, and there called %s', (path, directory, name) => {
    expect(directoryOf(path)).toBe(directory);
    expect(lastName(path)).toBe(name);
  });
});
