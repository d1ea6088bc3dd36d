// SPDX-License-Identifier: MIT
import path from 'node:path';
import {beforeAll, describe, expect, it} from 'vitest';
import {PROGRAMS} from './helper/build.js';
import type {Rule} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import {vm} from './runner/shared.js';

// /tmp/malformed/{one,two}   guarded
const lab = useLab('malformed');
const MANGLE = path.join(PROGRAMS, 'mangle');

/** What is wrong with a message, and what the manual in the uapi header says to it. */
const EXPECTED = {
  ops_unknown: 'EINVAL',
  ops_none: 'EINVAL',
  ops_short: 'EINVAL',
  errno_other: 'EINVAL',
  else_unknown: 'ERANGE',
  else_wide: 'EINVAL',
  id_in_new_rule: 'EINVAL',
  pid_unknown: 'ESRCH',
  pids_broken: 'EINVAL',
  pids_too_many: 'ERANGE',
  attribute_unknown: 'EINVAL',
  attribute_of_kernel: 'EINVAL',
  name_number: 'EINVAL',
  name_empty: 'EINVAL',
  name_long: 'EINVAL',
  ttl_zero: 'ERANGE',
  ttl_beyond: 'ERANGE',
  ttl_wraps: 'ERANGE',
  ttl_short: 'EINVAL',
  path_relative: 'EINVAL',
  path_empty: 'EINVAL',
  path_root: 'EINVAL',
  path_dots: 'EINVAL',
  path_slash: 'EINVAL',
  path_no_directory: 'ENOENT',
  path_through_file: 'ENOTDIR',
  path_twice: 'EEXIST',
  path_unended: 'EINVAL',
  path_long: 'EINVAL',
  path_name_long: 'ENAMETOOLONG',
  path_missing: 'EINVAL',
  rule_not_nested: 'EINVAL',
  no_rule: 'EINVAL',
  nest_beyond_end: 'EINVAL',
  attribute_beyond_nest: 'EINVAL',
  attribute_without_length: 'EINVAL',
  trailing_bytes: 'EINVAL',
  top_attribute_unknown: 'EINVAL',
  too_many_rules: 'E2BIG',
  set_with_wrong_rule: 'EINVAL',
  set_without_directory: 'ENOENT',
  set_with_twins: 'EEXIST',
  delete_nothing: 'EINVAL',
  delete_by_nothing: 'EINVAL',
  delete_by_two: 'EINVAL',
  delete_id_zero: 'ERANGE',
  delete_unknown: 'ENOENT',
  subscribe_to_nothing: 'EINVAL',
  subscribe_path_relative: 'EINVAL',
  subscribe_tree_missing: 'ENOENT',
  subscribe_tree_of_file: 'ENOTDIR',
  subscribe_exe_missing: 'ENOENT',
  subscribe_suffix_empty: 'EINVAL',
  subscribe_pid_unknown: 'ESRCH',
  subscribe_pid_short: 'EINVAL',
  subscribe_flags_unknown: 'EINVAL',
  subscribe_ops_unknown: 'EINVAL',
  subscribe_verdicts_unknown: 'EINVAL',
  subscribe_attribute_unknown: 'EINVAL',
  subscribe_too_much: 'E2BIG',
  command_zero: 'EOPNOTSUPP',
  command_of_kernel: 'EOPNOTSUPP',
  command_unknown: 'EOPNOTSUPP',
  list_without_dump: 'EOPNOTSUPP',
  status_as_dump: 'EOPNOTSUPP',
  header_too_short: 'EINVAL',
  explain_nothing: 'EINVAL',
  explain_without_path: 'EINVAL',
  explain_without_op: 'EINVAL',
  explain_op_unknown: 'ERANGE',
  explain_path_relative: 'EINVAL',
  explain_path_empty: 'EINVAL',
  explain_path_root: 'EINVAL',
  explain_path_no_directory: 'ENOENT',
  explain_pid_zero: 'ERANGE',
  explain_pid_unknown: 'ESRCH',
  explain_not_nested: 'EINVAL',
  explain_verdict_given: 'EINVAL',
  answer_nothing: 'EINVAL',
  answer_without_id: 'EINVAL',
  answer_without_verdict: 'EINVAL',
  answer_id_zero: 'ERANGE',
  answer_id_short: 'EINVAL',
  answer_id_unknown: 'ENOENT',
  answer_verdict_unknown: 'ERANGE',
  answer_lifetime_unknown: 'ERANGE',
  answer_time_without_length: 'EINVAL',
  answer_length_without_time: 'EINVAL',
  answer_length_zero: 'ERANGE',
  answer_length_beyond: 'ERANGE',
  answer_length_wraps: 'ERANGE',
  answer_not_nested: 'EINVAL',
  answer_attribute_unknown: 'EINVAL',
  forget_nothing: 'EINVAL',
  forget_not_nested: 'EINVAL',
  forget_without_id: 'EINVAL',
  forget_id_short: 'EINVAL',
  forget_rule_given: 'EINVAL',
  forget_id_unknown: 'ENOENT',
  forget_all_and_one: 'EINVAL',
  forget_a_rule: 'EINVAL',
  answers_without_dump: 'EOPNOTSUPP',
  ending_not_alone: 'EINVAL',
  ending_in_a_set: 'EINVAL',
  questions_without_dump: 'EOPNOTSUPP',
  lock_as_dump: 'EOPNOTSUPP',
  lock_attribute_unknown: 'EINVAL',
};

const readAnswers = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => {
        const [name = '', answer = ''] = line.split(' ');
        return [name, answer] as const;
      }),
  );

let before: Rule[];
let answers: Record<string, string>;

beforeAll(async () => {
  await vm.ok(`printf 1 >${lab.path('one')}; printf 2 >${lab.path('two')}`);
  await lab.guard.add(lab.path('one'), {pids: [lab.owner.pid], name: 'one'});
  await lab.guard.add(lab.path('two'), {ops: ['read'], otherwise: 'log'});
  before = await lab.guard.list();
  answers = readAnswers(await vm.ok(`${MANGLE} table`));
});

describe('a malformed message', () => {
  it.each(Object.entries(EXPECTED))('with %s gets %s', (name, errno) => {
    expect(answers[name]).toBe(errno);
  });

  it('of each kind is in the table', () => {
    expect(Object.keys(answers)).toEqual(Object.keys(EXPECTED));
  });

  it('changes nothing', async () => {
    expect(await lab.guard.list()).toEqual(before);
    expect(await lab.guard.status()).toMatchObject({rules: 2, subscribers: 0, locked: 0});
    expect(await lab.intruder.do('open', lab.path('one'))).toBe('EACCES');
  });
});

it('thousands of messages with bytes changed at random are refused, each, and change nothing', async () => {
  const rules = await lab.guard.list();
  const counts = readAnswers(await vm.ok(`${MANGLE} random 20240 6000`));
  const total = Object.values(counts).reduce((sum, count) => sum + Number(count), 0);
  expect(total).toBe(6000);
  expect(counts).not.toHaveProperty('OK');
  expect(counts).not.toHaveProperty('SILENT');
  expect(await lab.guard.list()).toEqual(rules);
});
