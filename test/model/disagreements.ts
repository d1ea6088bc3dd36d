// SPDX-License-Identifier: MIT
// The smallest cases in which the module differs from the model, by the switch of limits.ts
// that excludes them from generated cases.
import type {Call} from './calls.js';
import type {Case, Step} from './cases.js';
import type {Limit} from './limits.js';
import {OPS, type Rule} from './rules.js';

export interface Disagreement {
  readonly limit: Limit;
  readonly title: string;
  readonly drawn: Case;
}

const rule = (path: string, more: Partial<Rule> = {}): Rule => ({
  name: 'r0',
  about: {kind: 'path', path, follow: false},
  ops: OPS,
  allow: {processes: ['owner']},
  otherwise: 'deny',
  fallback: 'deny',
  ...more,
});

const made = (call: 'create' | 'mkdir', path: string): Call => ({call, path});
const by = (who: string, call: Call): Step => ({by: who, call});

/** A program that a rule allows, and the one that replaces it. */
const TOOL_AND_NEXT: Pick<Case, 'setup' | 'rules'> = {
  setup: [{call: 'install', path: '/tool'}, {call: 'install', path: '/new'}, made('create', '/a')],
  rules: [rule('/a', {allow: {exes: ['/tool']}})],
};

export const DISAGREEMENTS: readonly Disagreement[] = [
  {
    limit: 'followsDirectories',
    title: 'what is in a directory that was put in the place of another is guarded',
    drawn: {
      setup: [
        made('mkdir', '/a'),
        made('create', '/a/c.key'),
        made('mkdir', '/b'),
        made('create', '/b/c.key'),
      ],
      rules: [rule('/a/c.key')],
      steps: [
        by('owner', {call: 'exchange', path: '/a', to: '/b'}),
        by('other', {call: 'read', path: '/a/c.key'}),
      ],
    },
  },
  {
    limit: 'followsLinks',
    title: 'what a link in the path points to now is guarded',
    drawn: {
      setup: [
        made('mkdir', '/a'),
        made('create', '/a/c.key'),
        {call: 'symlink', path: '/b', target: 'a'},
      ],
      rules: [rule('/b/c.key')],
      steps: [
        by('other', {call: 'unlink', path: '/b'}),
        by('owner', {call: 'mkdir', path: '/b'}),
        by('owner', {call: 'create', path: '/b/c.key'}),
        by('other', {call: 'read', path: '/b/c.key'}),
      ],
    },
  },
  {
    limit: 'waitsForDirectories',
    title: 'a file in a directory that is not there yet is guarded when it comes',
    drawn: {
      setup: [],
      rules: [rule('/a/c.key')],
      steps: [
        by('other', {call: 'mkdir', path: '/a'}),
        by('owner', {call: 'create', path: '/a/c.key'}),
        by('other', {call: 'read', path: '/a/c.key'}),
      ],
    },
  },
  {
    limit: 'forgetsFormerObjects',
    title: 'a directory that has left the guarded name is removed by anybody',
    drawn: {
      setup: [made('mkdir', '/a')],
      rules: [rule('/a')],
      steps: [
        by('owner', {call: 'rename', path: '/a', to: '/b'}),
        by('other', {call: 'rmdir', path: '/b'}),
      ],
    },
  },
  {
    limit: 'guardsWaysOfPartialRules',
    title: 'the directory of a file that others may not read is not renamed by them',
    drawn: {
      setup: [made('mkdir', '/a'), made('create', '/a/c.key')],
      rules: [rule('/a/c.key', {ops: ['read']})],
      steps: [
        by('other', {call: 'rename', path: '/a', to: '/b'}),
        by('other', {call: 'read', path: '/b/c.key'}),
      ],
    },
  },
  {
    limit: 'guardsWaysOfPartialRules',
    title: 'the directory of a tree that others may not read is not renamed by them',
    drawn: {
      setup: [made('mkdir', '/a'), made('mkdir', '/a/b'), made('create', '/a/b/c.key')],
      rules: [rule('/a/b', {about: {kind: 'tree', path: '/a/b', follow: false}, ops: ['read']})],
      steps: [
        by('other', {call: 'rename', path: '/a', to: '/b'}),
        by('other', {call: 'read', path: '/b/b/c.key'}),
      ],
    },
  },
  {
    limit: 'followsMounts',
    title: 'what is mounted on a guarded directory is guarded',
    drawn: {
      setup: [made('mkdir', '/b')],
      rules: [rule('/b', {about: {kind: 'tree', path: '/b', follow: false}})],
      steps: [
        by('owner', {call: 'mount', path: '/b'}),
        by('owner', {call: 'create', path: '/b/c.key'}),
        by('other', {call: 'read', path: '/b/c.key'}),
      ],
    },
  },
  {
    limit: 'letsMountOnWays',
    title: 'a filesystem may be mounted where the guarded file is not there yet',
    drawn: {
      setup: [made('mkdir', '/a')],
      rules: [rule('/a/c.key')],
      steps: [by('other', {call: 'mount', path: '/a'})],
    },
  },
  {
    limit: 'letsUnmount',
    title: 'a filesystem with a guarded file may be unmounted',
    drawn: {
      setup: [made('mkdir', '/a'), {call: 'mount', path: '/a'}, made('create', '/a/c.key')],
      rules: [rule('/a/c.key')],
      steps: [by('other', {call: 'umount', path: '/a'})],
    },
  },
  {
    limit: 'followsPrograms',
    title: 'a program that was upgraded is let in as the one before',
    drawn: {
      ...TOOL_AND_NEXT,
      steps: [
        by('other', {call: 'rename', path: '/new', to: '/tool'}),
        {by: 'tool', starts: '/tool'},
        by('tool', {call: 'read', path: '/a'}),
      ],
    },
  },
  {
    limit: 'followsPrograms',
    title: 'who runs a program when it is upgraded is let in until he ends, and nobody after him',
    drawn: {
      ...TOOL_AND_NEXT,
      steps: [
        {by: 'tool', starts: '/tool'},
        by('other', {call: 'exchange', path: '/new', to: '/tool'}),
        by('tool', {call: 'read', path: '/a'}),
        {by: 'tool', starts: '/new'},
        by('tool', {call: 'read', path: '/a'}),
      ],
    },
  },
  {
    limit: 'waitsForPrograms',
    title: 'a rule that lets in a program that is not there lets in nobody',
    drawn: {
      setup: [made('create', '/a')],
      rules: [rule('/a', {allow: {exes: ['/tool']}})],
      steps: [by('other', {call: 'read', path: '/a'})],
    },
  },
];
