// SPDX-License-Identifier: MIT
/* What export prints, apply makes the same rules of: whatever the names, in both forms. */
import fc from 'fast-check';
import {chmodSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';

import {ELSES, VERDICTS} from '../../../../src/domain/names.js';
import type {KernelRule} from '../../../../src/domain/rule.js';
import {compareRules, isSame} from '../../../../src/domain/rule-difference.js';
import {toSaved, withoutProcesses} from '../../../../src/domain/rule-file.js';
import {decodePath, encodePath, escapeCommand} from '../../../../src/domain/text.js';
import {loadRuleFiles} from '../../../../src/services/rule-files/load.js';
import {ruleFileText} from '../../../../src/services/rule-files/text.js';
import {FGUARD_TIMEOUT_MAX, FGUARD_OPS_ALL} from '../../../../src/domain/uapi.gen.js';
import {newFolder} from '../../folder.js';
import {RULE} from '../../plain-rule.js';

const folder = newFolder();

/* Words that YAML takes for something else than text, or a terminal for an order. */
const ODD = fc.constantFrom(
  ...['null', '~', 'yes', 'True', '0x1F', '1e3', '- a', '-', '?', '#x', 'a: b', 'a #b', ' x ', ':'],
  ...['{a}', '[a', '!!str', '&a', '*a', '%x', '@x', '`x', "it's", '"q"', '\\', '\\n', '---', '...'],
  ...['a\nb', '\t', '\u0085', '\u2028', '\u202e', '\ufeff', '\u{e0001}', 'é', '文', '<<', '=', '|'],
);

const bytes = fc
  .uint8Array({minLength: 1, maxLength: 40})
  .map((array) => decodePath(Buffer.from(array.filter((byte) => byte !== 0 && byte !== 0x2f))));

const fileName = fc
  .oneof(ODD, bytes, fc.string({unit: 'grapheme', minLength: 1, maxLength: 20}))
  .map((text) => text.replace(/[\0/]/g, ''))
  .filter((text) => !['', '.', '..'].includes(text) && encodePath(text).length <= 255);

const label = fileName.filter((text) => !/^\d+$/.test(text) && Buffer.byteLength(text) <= 64);

const executable = fileName.map((name) => {
  const path = join(folder, `exe-${name.slice(0, 40)}`);
  writeFileSync(encodePath(path), '');
  chmodSync(encodePath(path), 0o755);
  return path;
});

const id = fc.integer({min: 0, max: 2 ** 32 - 2});
const ids = fc.uniqueArray(id, {maxLength: 3});

const rule: fc.Arbitrary<KernelRule> = fc
  .record({
    path: fc.option(fileName.map((name) => join(folder, name))),
    suffix: fc.option(fileName),
    name: fc.option(label),
    tree: fc.boolean(),
    strict: fc.boolean(),
    ops: fc.integer({min: 1, max: FGUARD_OPS_ALL}),
    elseAction: fc.nat({max: ELSES.list.length - 1}),
    error: fc.constantFrom(13, 1, 2),
    defaultVerdict: fc.nat({max: VERDICTS.list.length - 1}),
    timeout: fc.integer({min: 1, max: FGUARD_TIMEOUT_MAX}),
    exes: fc.uniqueArray(executable, {maxLength: 2}),
    uids: ids,
    gids: ids,
    loginuids: ids,
    cgroups: fc.constantFrom([], ['/sys/fs/cgroup']),
  })
  .filter(({path, suffix}) => path !== null || suffix !== null)
  .map((terms) => {
    /* A directory is what a suffix is below; a tree is not there yet. */
    const path = terms.path !== null && terms.suffix !== null ? folder : terms.path;
    return {...RULE, ...terms, path, tree: terms.tree && path !== null};
  });

const set = fc
  .uniqueArray(rule, {maxLength: 6, selector: ({path, suffix}) => JSON.stringify([path, suffix])})
  .map((rules) => {
    const names = rules.map(({name}) => name);
    return rules.map((one, at) => (names.indexOf(one.name) === at ? one : {...one, name: null}));
  });

function expectSame(rules: readonly KernelRule[], text: string): void {
  const file = join(newFolder(), 'f.yaml');
  writeFileSync(file, text);
  const {rules: loaded, mistakes} = loadRuleFiles([file]);
  expect(mistakes, text).toEqual([]);
  const difference = compareRules(
    rules,
    loaded.map(({request}) => request),
  );
  expect(isSame(difference), JSON.stringify(difference, null, 1)).toBe(true);
}

describe('export and apply', () => {
  it('round trip as YAML, which shows nothing that acts on a terminal', () => {
    fc.assert(
      fc.property(set, (rules) => {
        const text = ruleFileText(rules.map((one) => toSaved(withoutProcesses(one))));
        // a mark that strikes out what stands before it stays: only characters count
        const shown = text.replace(/[\n\\ ]/g, '');
        expect(escapeCommand(shown)).toBe(shown);
        expectSame(rules, text);
      }),
    );
  });

  it('round trip as JSON', () => {
    fc.assert(
      fc.property(set, (rules) => {
        expectSame(rules, JSON.stringify({rules: rules.map(withoutProcesses)}, null, 2));
      }),
    );
  });

  it('never let in more: a rule with processes lets in nobody', () => {
    const grants = [{pid: 12, comm: 'x', alive: true}];
    fc.assert(
      fc.property(rule, (one) => {
        const {allow} = withoutProcesses({...one, grants});
        expect(Object.values(allow).flat().filter(Boolean)).toEqual([]);
      }),
    );
  });
});
