// SPDX-License-Identifier: MIT
import {describe, expect, it} from 'vitest';

import {once} from '../../../src/domain/answer.js';
import {OPS} from '../../../src/domain/names.js';
import {type WaiterFacts, type PolicyMatch, decide} from '../../../src/domain/policy.js';
import type {Question} from '../../../src/domain/question.js';
import {QUESTION} from '../question.js';

const ALLOW = 0;
const DENY = 1;
const ASK = null;

/* The asker is what it says, and sees what we see. */
const HONEST: WaiterFacts = {
  runs: (exe) => exe === '/usr/bin/cat',
  sharesView: () => true,
  seesMount: () => false,
  otherNames: () => [],
  isSame: () => false,
};
/* It runs another file of the same name, in a mount namespace of its own. */
const FEIGNED: WaiterFacts = {...HONEST, runs: () => false, sharesView: () => false};
/* There it has mounted a file under another name. */
const RENAMED: WaiterFacts = {...FEIGNED, seesMount: (path) => path === '/srv/a.docx'};

function says(
  match: PolicyMatch,
  verdict: number | null,
  question: Partial<Question> = {},
  facts = HONEST,
): boolean {
  const answer = verdict === null ? null : once(verdict);
  const defaultAnswer = once(verdict === DENY ? ALLOW : DENY);
  const policy = {entries: [{match, answer, line: 3}], defaultAnswer};
  return decide(policy, {...QUESTION, ...question}, facts, ALLOW).entry !== null;
}

describe('an entry matches', () => {
  it.each<[string, PolicyMatch, Partial<Question>, boolean]>([
    ['a path', {paths: ['/srv/a.docx']}, {}, true],
    ['another path', {paths: ['/srv/a']}, {}, false],
    ['a tree', {trees: ['/home', '/srv']}, {}, true],
    ['the root of a tree', {trees: ['/srv/a.docx']}, {}, true],
    ['everything below /', {trees: ['/']}, {}, true],
    ['not a name that begins the same', {trees: ['/sr']}, {}, false],
    ['a suffix', {suffixes: ['.docx']}, {}, true],
    ['another suffix', {suffixes: ['.pdf']}, {}, false],
    ['an executable', {exes: ['/usr/bin/cat']}, {}, true],
    ['another executable', {exes: ['/usr/bin/rm']}, {}, false],
    ['a user', {uids: [0, 1000]}, {}, true],
    ['another user', {uids: [0]}, {}, false],
    ['a login user', {loginuids: [1000]}, {}, true],
    ['not where nobody logged in', {loginuids: [1000]}, {loginuid: null}, false],
    ['an operation', {ops: OPS.toMask(['read', 'exec'])}, {}, true],
    ['another operation', {ops: OPS.toMask(['delete'])}, {}, false],
    ['all kinds together', {suffixes: ['.docx'], trees: ['/srv'], uids: [1000]}, {}, true],
    ['not if one kind does not', {suffixes: ['.docx'], trees: ['/home']}, {}, false],
    ['a path that lost its front by its suffix', {suffixes: ['.docx']}, {path: '…x/a.docx'}, true],
    ['and not by another', {suffixes: ['.pdf']}, {path: '…x/a.docx'}, false],
  ])('%s', (_name, match, question, expected) => {
    for (const verdict of [ALLOW, DENY, ASK]) expect(says(match, verdict, question)).toBe(expected);
  });
});

describe('what lets in must match for certain, what does not may match', () => {
  it.each<[string, PolicyMatch, Partial<Question>]>([
    ['a rename from the tree', {trees: ['/srv']}, {newPath: '/tmp/a.docx'}],
    ['a rename into the tree', {trees: ['/srv']}, {path: '/tmp/a.docx', newPath: '/srv/a.docx'}],
    ['a link to another suffix', {suffixes: ['.docx']}, {newPath: '/srv/a.txt'}],
    ['a path that lost its front in a tree', {trees: ['/home']}, {path: '…/srv/a.docx'}],
    ['and at a path', {paths: ['/srv/b']}, {path: '…b'}],
    ['a path without a name by any suffix', {suffixes: ['.docx']}, {path: '…/'}],
    ['and one of two', {suffixes: ['.docx']}, {newPath: '…/'}],
    ['a file without a name', {paths: ['/srv/a.docx']}, {path: '/srv/a.docx (deleted)'}],
    ['and its suffix', {suffixes: ['.docx']}, {path: '/srv/a.docx (deleted)'}],
  ])('%s', (_name, match, question) => {
    expect(says(match, ALLOW, question)).toBe(false);
    expect(says(match, DENY, question)).toBe(true);
    expect(says(match, ASK, question)).toBe(true);
  });

  it.each<[string, PolicyMatch]>([
    ['an executable by name alone', {exes: ['/usr/bin/cat']}],
    ['a path as another mount namespace shows it', {paths: ['/srv/a.docx']}],
    ['a tree as another mount namespace shows it', {trees: ['/srv']}],
    ['a path that another mount namespace may hide', {paths: ['/srv/secret']}],
    ['a tree that another mount namespace may hide', {trees: ['/home']}],
    ['and a suffix of what is in it', {trees: ['/home'], suffixes: ['.docx']}],
  ])('%s', (_name, match) => {
    expect(says(match, ALLOW, {}, FEIGNED)).toBe(false);
    expect(says(match, DENY, {}, FEIGNED)).toBe(true);
    expect(says(match, ASK, {}, FEIGNED)).toBe(true);
  });

  it.each<[string, PolicyMatch]>([
    ['a path', {paths: ['/data/a.pdf']}],
    ['a tree', {trees: ['/data']}],
    ['a suffix', {suffixes: ['.pdf']}],
    ['a suffix in a tree', {trees: ['/data'], suffixes: ['.pdf']}],
  ])('%s by the other name that one of our mounts gives', (_name, match) => {
    const facts = {...HONEST, otherNames: () => ['/data/a.pdf']};
    expect(says(match, ALLOW, {}, facts)).toBe(false);
    expect(says(match, DENY, {}, facts)).toBe(true);
  });

  it('a path by its hard link', () => {
    const facts = {...HONEST, isSame: (_path: string, other: string) => other === '/data/b'};
    expect(says({paths: ['/data/b']}, ALLOW, {}, facts)).toBe(false);
    expect(says({paths: ['/data/b']}, DENY, {}, facts)).toBe(true);
    expect(says({paths: ['/data/c']}, DENY, {}, facts)).toBe(false);
  });

  it('an executable that runs under another name is refused all the same', () => {
    const facts = {...HONEST, runs: (exe: string) => exe === '/usr/bin/rm'};
    expect(says({exes: ['/usr/bin/rm']}, DENY, {exe: '/tmp/harmless'}, facts)).toBe(true);
  });

  it('a suffix needs our view only where a mount gives the file its name', () => {
    expect(says({suffixes: ['.docx']}, ALLOW, {}, FEIGNED)).toBe(true);
    expect(says({suffixes: ['.pdf']}, DENY, {}, FEIGNED)).toBe(false);
    expect(says({suffixes: ['.docx']}, ALLOW, {}, RENAMED)).toBe(false);
    expect(says({suffixes: ['.pdf']}, DENY, {}, RENAMED)).toBe(true);
  });
});

describe('a policy', () => {
  const entries = [
    {match: {suffixes: ['.docx']}, answer: null, line: 3},
    {match: {trees: ['/srv']}, answer: once(ALLOW), line: 5},
  ];

  it('says what the first entry that matches says', () => {
    const policy = {entries, defaultAnswer: once(DENY)};
    expect(decide(policy, QUESTION, HONEST, ALLOW)).toEqual({answer: null, entry: entries[0]});
    const other = {...QUESTION, path: '/srv/a'};
    expect(decide(policy, other, HONEST, ALLOW)).toEqual({answer: once(ALLOW), entry: entries[1]});
  });

  it('says its default where none matches', () => {
    const question = {...QUESTION, path: '/tmp/x'};
    const policy = {entries, defaultAnswer: once(DENY)};
    expect(decide(policy, question, HONEST, ALLOW)).toEqual({answer: once(DENY), entry: null});
  });
});
