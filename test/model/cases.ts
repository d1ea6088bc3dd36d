// SPDX-License-Identifier: MIT
// Cases: a tree, rules, and what processes do then; drawn by fast-check.
import fc from 'fast-check';
import type {Call} from './calls.js';
import {OPS, type Op, type Process, type Rule, type Subjects} from './rules.js';

/** A process does something; or the tool begins anew, as that program. */
export type Step =
  {readonly by: string; readonly call: Call} | {readonly by: 'tool'; readonly starts: string};

export interface Case {
  readonly setup: readonly Call[];
  readonly rules: readonly Rule[];
  readonly steps: readonly Step[];
}

/** Who acts. Rules name the owner as a process, and the user; nobody names the other. */
export const ACTORS: readonly Process[] = [
  {name: 'owner', uid: 0, program: undefined, forebears: []},
  {name: 'other', uid: 0, program: undefined, forebears: []},
  {name: 'user', uid: 1000, program: undefined, forebears: []},
];

/** A process that comes and goes. */
export const TOOL: Process = {name: 'tool', uid: 0, program: undefined, forebears: []};

/** Few names, so that what is drawn meets. */
export const NAMES = ['a', 'b', 'c.key'] as const;

const name = fc.constantFrom(...NAMES);

const pathTo = (depth: number): fc.Arbitrary<string> =>
  fc.array(name, {minLength: 1, maxLength: depth}).map((names) => `/${names.join('/')}`);

const path = fc.oneof(
  {weight: 2, arbitrary: pathTo(1)},
  {weight: 4, arbitrary: pathTo(2)},
  {weight: 1, arbitrary: pathTo(3)},
);

/* ---- calls ------------------------------------------------------------------------------- */

const onOne = (...calls: Extract<Call, {path: string; to?: never; target?: never}>['call'][]) =>
  fc.record({call: fc.constantFrom(...calls), path});

const onTwo = (...calls: ('rename' | 'exchange' | 'link')[]) =>
  fc.record({call: fc.constantFrom(...calls), path, to: path});

const symlink = fc.record({call: fc.constant('symlink' as const), path, target: path});

/** Without what changes nothing. */
const making: fc.Arbitrary<Call> = fc.oneof(
  {weight: 4, arbitrary: onOne('create')},
  {weight: 3, arbitrary: onOne('mkdir')},
  {weight: 2, arbitrary: onTwo('link')},
  {weight: 1, arbitrary: symlink},
);

const changing: fc.Arbitrary<Call> = fc.oneof(
  {weight: 3, arbitrary: onOne('create', 'mkdir')},
  {weight: 3, arbitrary: onOne('unlink', 'rmdir')},
  {weight: 6, arbitrary: onTwo('rename', 'exchange', 'link')},
  {weight: 1, arbitrary: symlink},
);

const using = onOne('read', 'write', 'read-write', 'open-truncate', 'truncate', 'exec', 'chmod');

/* ---- rules ------------------------------------------------------------------------------- */

const ops: fc.Arbitrary<readonly Op[]> = fc.oneof(
  fc.constant(OPS),
  fc.subarray([...OPS], {minLength: 1}),
);

const subjects: fc.Arbitrary<Subjects> = fc.constantFrom<Subjects[]>(
  {},
  {processes: ['owner']},
  {uids: [1000]},
  {processes: ['owner'], uids: [0]},
  {processes: ['owner'], uids: [1000]},
  {processes: ['owner', 'user']},
);

const about: fc.Arbitrary<Rule['about']> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('path' as const, 'tree' as const),
      path,
      follow: fc.constant(false),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('suffix' as const),
      suffix: fc.constantFrom('.key', 'key', 'a'),
      below: fc.oneof(fc.constantFrom(undefined, '/'), pathTo(1)),
    }),
  },
);

const rule: fc.Arbitrary<Omit<Rule, 'name'>> = fc.record({
  about,
  ops,
  allow: subjects,
  otherwise: fc.constantFrom('deny', 'deny', 'log', 'ask'),
  fallback: fc.constantFrom('deny', 'allow'),
});

const rules: fc.Arbitrary<Rule[]> = fc
  .array(rule, {minLength: 1, maxLength: 4})
  .map((some) => some.map((one, i) => ({...one, name: `r${i}`})));

/* ---- cases ------------------------------------------------------------------------------- */

const step = (call: fc.Arbitrary<Call>): fc.Arbitrary<Step> =>
  fc.record({by: fc.constantFrom(...ACTORS.map((actor) => actor.name)), call});

const casesOf = (calls: fc.Arbitrary<Call>, most: number): fc.Arbitrary<Case> =>
  fc.record({
    setup: fc.array(making, {maxLength: 14, size: 'max'}),
    rules,
    steps: fc.array(step(calls), {minLength: 1, maxLength: most, size: 'max'}),
  });

/** Accesses to a tree that stays as it is. */
export const still = casesOf(using, 10);

/** The tree changes between accesses. */
export const moving = casesOf(
  fc.oneof({weight: 3, arbitrary: changing}, {weight: 1, arbitrary: using}),
  40,
);

const place = pathTo(2);

const mounting: fc.Arbitrary<Call> = fc.oneof(
  fc.record({call: fc.constantFrom('mount' as const, 'umount' as const), path: place}),
  fc.record({call: fc.constant('bind' as const), path: place, to: place}),
);

/** Filesystems come and go, and directories are seen elsewhere. */
export const mounted = casesOf(
  fc.oneof(
    {weight: 2, arbitrary: mounting},
    {weight: 2, arbitrary: changing},
    {weight: 1, arbitrary: using},
  ),
  30,
);

/* ---- programs ------------------------------------------------------------------------------ */

const PROGRAMS = ['/tool', '/new'] as const;
const program = fc.constantFrom(...PROGRAMS);

const replacing = fc.record({
  call: fc.constantFrom('rename' as const, 'exchange' as const, 'link' as const),
  path: program,
  to: program,
});

const programStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({by: fc.constant('tool' as const), starts: program}),
  fc.record({by: fc.constant('other'), call: replacing}),
  fc.record({by: fc.constant('other'), call: onProgram('unlink', 'install')}),
  fc.record({by: fc.constantFrom('tool', 'owner', 'other'), call: using}),
);

function onProgram(...calls: ('unlink' | 'install')[]): fc.Arbitrary<Call> {
  return fc.record({call: fc.constantFrom(...calls), path: program});
}

const toolRule = fc
  .record({
    rule,
    exes: fc.constantFrom(['/tool'], ['/new'], ['/tool', '/new']),
  })
  .map(({rule: one, exes}) => ({...one, allow: {...one.allow, exes}}));

/** Programs are upgraded, started and ended. */
export const running: fc.Arbitrary<Case> = fc.record({
  setup: fc
    .array(making, {maxLength: 6})
    .map((calls): Call[] => [...PROGRAMS.map((path): Call => ({call: 'install', path})), ...calls]),
  rules: fc
    .array(fc.oneof({weight: 3, arbitrary: toolRule}, {weight: 1, arbitrary: rule}), {
      minLength: 1,
      maxLength: 3,
    })
    .map((some) => some.map((one, i) => ({...one, name: `r${i}`}))),
  steps: fc.array(programStep, {minLength: 1, maxLength: 20, size: 'max'}),
});
