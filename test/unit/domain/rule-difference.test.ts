// SPDX-License-Identifier: MIT
import {describe, expect, it} from 'vitest';

import type {KernelRule, RuleRequest} from '../../../src/domain/rule.js';
import {compareRules, isSame} from '../../../src/domain/rule-difference.js';
import {differenceText, renderDifference} from '../../../src/ui/rule-diff.js';
import {REQUEST, RULE} from '../plain-rule.js';

const request = (terms: Partial<RuleRequest> = {}): RuleRequest => ({...REQUEST, ...terms});
const rule = (terms: Partial<KernelRule> = {}): KernelRule => ({...RULE, ...terms});

const names = {user: (id: number) => `u${id}`, group: (id: number) => `g${id}`};

describe('the difference between rules', () => {
  it('is none where usual values are spelt out, or lists are in another order', () => {
    const difference = compareRules(
      [rule({uids: [1, 2]})],
      [request({uids: [2, 1], error: 0, timeout: 0})],
    );
    expect(isSame(difference)).toBe(true);
    expect(difference.unchanged).toMatchObject([{id: 1}]);
  });

  it.each([
    [{tree: true}, 'match.tree', false, true],
    [{name: 'n'}, 'name', null, 'n'],
    [{ops: 1}, 'ops', expect.any(Array), ['read']],
    [{elseAction: 1}, 'else', 'deny', 'log'],
    [{error: 1}, 'errno', 'EACCES', 'EPERM'],
    [{defaultVerdict: 0}, 'default', 'deny', 'allow'],
    [{timeout: 7000}, 'deadlineMs', 5000, 7000],
    [{strict: true}, 'strict', false, true],
    [{uids: [0]}, 'allow.uids', [], [0]],
    [{cgroups: ['/x']}, 'allow.cgroups', [], ['/x']],
  ])('shows a change of one term: %o', (terms, key, from, to) => {
    const {changed, added, removed} = compareRules([rule()], [request(terms)]);
    expect([added, removed]).toEqual([[], []]);
    expect(changed).toMatchObject([{from: {id: 1}, terms: [{key, from, to}]}]);
  });

  it('shows that processes lose their grants, and that a rule no longer ends', () => {
    const grants = [{pid: 12, comm: 'x', alive: true}];
    const {changed} = compareRules([rule({grants, expiresAt: 0, untilExit: true})], [request()]);
    expect(changed[0]?.terms).toEqual([
      {key: 'untilExit', from: true, to: false},
      {key: 'expiresAt', from: '1970-01-01T00:00:00.000Z', to: null},
      {key: 'allow.pids', from: [12], to: []},
    ]);
  });

  it('tells objects apart by path and suffix', () => {
    const active = [
      rule({id: 1}),
      rule({id: 2, suffix: '.x'}),
      rule({id: 3, path: null, suffix: '.x'}),
    ];
    const wanted = [request({suffix: '.x'}), request({path: '/new'})];
    const {added, removed, unchanged} = compareRules(active, wanted);
    expect(added).toMatchObject([{match: {path: '/new'}}]);
    expect(removed.map(({id}) => id)).toEqual([1, 3]);
    expect(unchanged.map(({id}) => id)).toEqual([2]);
  });
});

describe('the difference, for a person', () => {
  const difference = compareRules(
    [rule({path: '/old\u001b[2J'}), rule({id: 2, uids: [1]})],
    [request({uids: [1, 2], ops: 1}), request({path: '/new', elseAction: 1})],
  );

  it('says what comes, goes and changes, and to what', () => {
    const table = renderDifference(difference, names, 200);
    expect(table).toContain('removed │ /old\\x1b[2J');
    expect(table).toMatch(/changed │ \/srv\/a\.db +│ ops: all → read/);
    expect(table).toContain('uids: u1 → u1, u2');
    expect(table).toMatch(/added +│ \/new +│ all operations/);
    expect(table).toContain('otherwise log');
  });

  it('counts', () => {
    expect(differenceText(difference)).toBe('1 added, 1 removed, 1 changed');
    expect(differenceText(compareRules([], []))).toBe('no rules');
  });
});
