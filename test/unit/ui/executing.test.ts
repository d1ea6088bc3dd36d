// SPDX-License-Identifier: MIT
import {expect, it} from 'vitest';
import type {KernelRule} from '../../../src/domain/rule.js';
import {FGUARD_OPS_ALL, fguard_op as OP} from '../../../src/domain/uapi.gen.js';
import {executingWarnings} from '../../../src/ui/executing.js';
import {RULE} from '../plain-rule.js';

const EXEC = 1 << OP.FGUARD_OP_EXEC;
const warningsOf = (rule: Partial<KernelRule>): string[] =>
  executingWarnings([{rule: {...RULE, ...rule}}]);
const tree = {path: '/srv/app', tree: true, exes: ['/srv/app/bin/run', '/srv/apple']};

it('a rule about exec without read is said to stop no copy', () => {
  expect(warningsOf({ops: EXEC})).toEqual([expect.stringContaining('guard read as well')]);
  expect(warningsOf({ops: EXEC | (1 << OP.FGUARD_OP_READ)})).toEqual([]);
  expect(warningsOf({ops: 1 << OP.FGUARD_OP_WRITE})).toEqual([]);
});

it('a program that is let into the tree it lies in is told with the command that starts it', () => {
  expect(warningsOf({...tree, ops: FGUARD_OPS_ALL})).toEqual([
    expect.stringContaining('fguard protect /srv/app/bin/run --ops exec --else log'),
  ]);
});

it('it can be started where the rule is about a file, about other things, or against it', () => {
  expect(warningsOf({...tree, tree: false})).toEqual([]);
  expect(warningsOf({...tree, ops: 1 << OP.FGUARD_OP_READ})).toEqual([]);
  expect(warningsOf({...tree, against: true})).toEqual([]);
});
