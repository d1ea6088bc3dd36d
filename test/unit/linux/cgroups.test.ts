// SPDX-License-Identifier: MIT
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';

import {cgroupDirectory} from '../../../src/linux/cgroups.js';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fguard-cgroups-'));
});

afterEach(() => {
  rmSync(root, {recursive: true});
});

/* Whoever has a user manager names the units in it. */
it.each([
  'user.slice/user-1000.slice/user@1000.service/app.slice/app.service',
  'user.slice/user-1000.slice/user@1000.service/app.service',
  'system.slice/docker-0123.scope/app.service',
])('does not take a unit below another one for the system: %s', (path) => {
  mkdirSync(join(root, path), {recursive: true});
  expect(() => cgroupDirectory('app.service', root)).toThrow('it is not running');
});

it('finds a unit below slices', () => {
  const unit = join(root, 'system.slice/system-app.slice/app@1.service');
  mkdirSync(unit, {recursive: true});
  expect(cgroupDirectory('app@1.service', root)).toBe(unit);
});
