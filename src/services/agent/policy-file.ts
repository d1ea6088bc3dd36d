// SPDX-License-Identifier: MIT
/* A policy as people write it, checked and resolved. */
import {answerFor, once} from '../../domain/answer.js';
import type {Mistake} from '../../domain/mistake.js';
import {OPS, VERDICTS} from '../../domain/names.js';
import type {Policy, PolicyAnswer, PolicyEntry, PolicyMatch} from '../../domain/policy.js';
import {findUids} from '../../linux/passwd.js';
import {resolveWritten} from '../../linux/resolve-path.js';
import {MIB} from '../../linux/files.js';
import {readWrittenFile} from '../../formats/read-written-file.js';
import type {Place, WrittenFile} from '../../formats/written-file.js';
import {type KeyHints, loadSchema, schemaMistakes} from '../../formats/yaml-schema.js';

const POLICY_SCHEMA = 'schemas/policy.schema.json';

/* No request is answered while it is read. */
const POLICY_MAX = 4 * MIB;

interface WrittenEntry {
  paths?: string[];
  trees?: string[];
  suffixes?: string[];
  exes?: string[];
  uids?: (string | number)[];
  loginuids?: (string | number)[];
  ops?: string[];
  answer: string;
  lifetime?: string;
}

interface WrittenPolicy {
  default?: string;
  answers: WrittenEntry[];
}

const ONE = (key: string): string => `use the key "${key}", which takes a list`;

const HINTS: KeyHints = {
  path: ONE('paths'),
  tree: ONE('trees'),
  suffix: ONE('suffixes'),
  exe: ONE('exes'),
  user: ONE('uids'),
  uid: ONE('uids'),
  login: ONE('loginuids'),
  loginuid: ONE('loginuids'),
  op: ONE('ops'),
  match: 'put what the entry matches directly in the entry',
  policy: ONE('answers'),
  rules: ONE('answers'),
};

/** A policy, or its errors. */
export interface LoadedPolicy {
  policy: Policy | undefined;
  mistakes: readonly Mistake[];
}

const leave = (word: string): boolean => word === 'ask';

function toAnswer(word: string, lifetime: string | undefined): PolicyAnswer {
  if (leave(word)) return null;
  const verdict = VERDICTS.value(word) ?? 1;
  return lifetime === undefined ? once(verdict) : (answerFor(verdict, lifetime) ?? once(verdict));
}

/* The path as requests name it; as written if it is missing, or a user's link leads elsewhere. */
function realName(path: string): string {
  try {
    return resolveWritten(path).path;
  } catch {
    return path.replace(/(?<=.)\/+$/, '');
  }
}

/* All users that a policy names. */
const usersIn = ({answers}: WrittenPolicy): string[] => [
  ...new Set(answers.flatMap(({uids = [], loginuids = []}) => [...uids, ...loginuids].map(String))),
];

/** Reads one file and collects its errors. */
class PolicyReader {
  readonly mistakes: Mistake[] = [];

  constructor(
    private readonly file: WrittenFile,
    private readonly uids: ReadonlyMap<string, number>,
  ) {}

  read({default: defaultAnswer = 'ask', answers}: WrittenPolicy): Policy {
    return {
      entries: answers.map((entry, at) => this.entry(entry, ['answers', at])),
      defaultAnswer: toAnswer(defaultAnswer, undefined),
    };
  }

  private entry(written: WrittenEntry, place: Place): PolicyEntry {
    const match = this.match(written, place);
    if (Object.keys(match).length === 0)
      this.complain(
        place,
        'this entry matches everything; use "default" for that, or add what it should match',
      );
    this.checkLifetime(written, [...place, 'lifetime']);
    const {line} = this.file.mistake(place, '');
    return {match, answer: toAnswer(written.answer, written.lifetime), line};
  }

  private match(written: WrittenEntry, place: Place): PolicyMatch {
    const {paths, trees, suffixes, exes, uids, loginuids, ops} = written;
    return {
      ...(paths && {paths: paths.map(realName)}),
      ...(trees && {trees: trees.map(realName)}),
      ...(suffixes && {suffixes}),
      ...(exes && {exes: exes.map(realName)}),
      ...(uids && {uids: this.users(uids, [...place, 'uids'])}),
      ...(loginuids && {loginuids: this.users(loginuids, [...place, 'loginuids'])}),
      ...(ops && {ops: OPS.toMask(ops)}),
    };
  }

  private users(words: readonly (string | number)[], place: Place): number[] {
    return words.flatMap((word, at) => {
      const uid = this.uids.get(String(word));
      if (uid !== undefined) return [uid];
      this.complain([...place, at], `unknown user: ${word}`);
      return [];
    });
  }

  private checkLifetime({answer, lifetime}: WrittenEntry, place: Place): void {
    if (lifetime === undefined) return;
    if (leave(answer))
      this.complain(
        place,
        '"lifetime" has no meaning with "answer: ask": the answerer decides how long its answer lasts',
      );
    else if (answerFor(0, lifetime) === undefined)
      this.complain(place, `"lifetime" must be from 1ms to 36500d, not ${lifetime}`);
  }

  private complain(place: Place, message: string): void {
    this.mistakes.push(this.file.mistake(place, message));
  }
}

/**
 * Reads a policy and finds all its errors. Requests do not wait for the look-up of
 * the users that it names. Throws if the file cannot be read.
 */
export async function loadPolicy(path: string): Promise<LoadedPolicy> {
  const file = readWrittenFile(path, POLICY_MAX);
  if (file.mistakes.length > 0) return {policy: undefined, mistakes: file.mistakes};
  const wrong = schemaMistakes(file, loadSchema(POLICY_SCHEMA, 'answers'), HINTS);
  if (wrong.length > 0) return {policy: undefined, mistakes: wrong.map(({mistake}) => mistake)};
  const written = file.value as WrittenPolicy;
  const reader = new PolicyReader(file, await findUids(usersIn(written)));
  const policy = reader.read(written);
  const {mistakes} = reader;
  return mistakes.length > 0 ? {policy: undefined, mistakes} : {policy, mistakes};
}
