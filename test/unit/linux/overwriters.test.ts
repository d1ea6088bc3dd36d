// SPDX-License-Identifier: MIT
import {chmodSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';

import {checkRuleFiles} from '../../../src/services/rule-files/check.js';
import {
  type Look,
  type Ownership,
  overwriterWarning,
  overwriters,
} from '../../../src/linux/overwriters.js';
import {newFolder} from '../folder.js';

const EXE = '/srv/bin/tool';
// nobody has these numbers, so that they are told as they are
const [UID, GID] = [3_000_000_001, 3_000_000_002];
const ROOTS: Ownership = {uid: 0, gid: 0, mode: 0o755};

/** All is root's, but for these. */
const machine =
  (others: Readonly<Record<string, Partial<Ownership>>>): Look =>
  (path) => ({...ROOTS, ...others[path]});

const found = (others: Readonly<Record<string, Partial<Ownership>>>) =>
  overwriters(EXE, machine(others));

describe('an executable that is let in', () => {
  it.each<[string, Readonly<Record<string, Partial<Ownership>>>, string, string[]]>([
    ['its owner', {[EXE]: {uid: UID}}, EXE, [`user ${UID}`]],
    [
      'a group, or an ACL',
      {[EXE]: {gid: GID, mode: 0o775}},
      EXE,
      [`group ${GID} (or those its ACL names)`],
    ],
    ['everybody', {[EXE]: {mode: 0o757}}, EXE, ['everybody']],
    ['the owner of its directory', {'/srv/bin': {uid: UID}}, '/srv/bin', [`user ${UID}`]],
    ['whoever may write a directory far above', {'/srv': {mode: 0o777}}, '/srv', ['everybody']],
    [
      'the owner of a directory that is sticky',
      {'/srv': {uid: UID, mode: 0o1777}},
      '/srv',
      [`user ${UID}`],
    ],
    [
      'whoever may write the root',
      {'/': {gid: GID, mode: 0o775}},
      '/',
      [`group ${GID} (or those its ACL names)`],
    ],
  ])('may be overwritten or replaced by %s', (_name, others, path, who) => {
    expect(found(others)).toEqual([{path, who}]);
  });

  it('may be by nobody where all is root’s, or others may add to a sticky directory only', () => {
    expect(found({})).toEqual([]);
    expect(found({'/srv': {mode: 0o1777}})).toEqual([]);
    expect(overwriters(EXE, () => undefined)).toEqual([]);
  });

  it('is told with all ways, in one sentence', () => {
    const others = {[EXE]: {uid: UID, gid: GID, mode: 0o775}, '/srv': {mode: 0o777}};
    expect(overwriterWarning(EXE, machine(others))).toBe(
      `${EXE}: user ${UID} and group ${GID} (or those its ACL names) can overwrite it; ` +
        'everybody can replace it through /srv; whatever they put there is allowed too',
    );
    expect(overwriterWarning(EXE, machine({}))).toBeUndefined();
  });
});

/*
 * folder/
 * ├── rules.yaml      lets in the tool
 * └── open/tool       that everybody may replace
 */
it('check says it of a rule file, where the rule names the executable', () => {
  const folder = newFolder();
  mkdirSync(join(folder, 'open'));
  const tool = join(folder, 'open/tool');
  writeFileSync(tool, 'binary');
  chmodSync(tool, 0o755);
  chmodSync(join(folder, 'open'), 0o777);
  const file = join(folder, 'rules.yaml');
  writeFileSync(file, `rules:\n  - path: /etc/hostname\n    allow:\n      exes: [${tool}]\n`);
  const {mistakes, warnings} = checkRuleFiles([file]);
  expect(mistakes).toEqual([]);
  expect(warnings).toMatchObject([
    {line: 4, message: expect.stringContaining('everybody can replace it through') as string},
  ]);
});
