// SPDX-License-Identifier: MIT
import {realpathSync, writeFileSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {describe, expect, it} from 'vitest';

import type {RuleRequest} from '../../../src/domain/rule.js';
import {OPS} from '../../../src/domain/names.js';
import {packageFile} from '../../../src/linux/package-root.js';
import {deniedNeed, lockOutWarnings, ownNeeds} from '../../../src/services/own-needs.js';
import {checkRuleFiles} from '../../../src/services/rule-files/check.js';
import {newFolder} from '../folder.js';
import {REQUEST, RULE} from '../plain-rule.js';

const NODE = realpathSync(process.execPath);
const ON_NODE: RuleRequest = {...REQUEST, path: NODE};

describe('a rule keeps root from running the program', () => {
  it.each([
    ['about Node', ON_NODE],
    ['about a folder above it', {...REQUEST, path: dirname(NODE), tree: true}],
    ['about all that is called so', {...REQUEST, path: null, suffix: basename(NODE).slice(-3)}],
    ['that asks', {...ON_NODE, elseAction: 2}],
    ['for a user', {...ON_NODE, uids: [1000]}],
    ['for root, but another program', {...ON_NODE, uids: [0], exes: ['/usr/bin/true']}],
    ['for root in one process', {...ON_NODE, uids: [0], pids: [1]}],
  ] as [string, RuleRequest][])('%s', (_what, rule) => {
    expect(deniedNeed(rule)).toBe(NODE);
    expect(lockOutWarnings([RULE, {...RULE, ...rule}])).toEqual([expect.stringContaining(NODE)]);
  });

  it.each([
    ['about the folder alone', {...REQUEST, path: dirname(NODE)}],
    ['about another file', REQUEST],
    ['that only logs', {...ON_NODE, elseAction: 1}],
    ['against a command', {...ON_NODE, against: true}],
    ['about changes', {...ON_NODE, ops: OPS.toMask(['write', 'delete'])}],
    ['that lets root in', {...ON_NODE, uids: [0]}],
    ['that lets root in by a group', {...ON_NODE, gids: [7, 0], uids: [0]}],
    ['that lets Node in', {...ON_NODE, exes: [process.execPath]}],
  ] as [string, RuleRequest][])('unless it is one %s', (_what, rule) => {
    expect(deniedNeed(rule)).toBeUndefined();
    expect(lockOutWarnings([{...RULE, ...rule}])).toEqual([]);
  });

  it('by its own files, and the libraries that Node is made of', () => {
    expect(ownNeeds()).toContain(realpathSync(packageFile('bin/run.js')));
    expect(ownNeeds().some((path) => path.endsWith('/libc.so.6'))).toBe(true);
  });

  it('and is told of in a rule file', () => {
    const file = join(newFolder(), 'a.yaml');
    writeFileSync(file, `rules:\n  - path: ${dirname(NODE)}\n    tree: true\n`);
    expect(checkRuleFiles([file]).warnings).toEqual([
      {file, line: 2, column: 11, message: expect.stringContaining(`which needs ${NODE}`)},
    ]);
  });
});
