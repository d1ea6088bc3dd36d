// SPDX-License-Identifier: MIT
import type {Explanation, Match, Query} from '../domain/explanation.js';
import type {EventFilter} from '../domain/filter.js';
import {type Answer, type Question, toQuestion} from '../domain/question.js';
import {askRecords} from '../domain/records.js';
import type {Remembered} from '../domain/remembered.js';
import type {KernelRule, RuleRequest} from '../domain/rule.js';
import {COUNTERS, type KernelStatus} from '../domain/status.js';
import {errnoName} from '../domain/errno.js';
import {ModuleError} from '../domain/errors.js';
import {FGUARD_RULE_EXISTS, FGUARD_RULE_REPLACED} from '../domain/uapi.gen.js';
import type {Added, EventStream, Guard} from './guard.js';
import {type Handle, type Library, library} from './library.js';
import {readRecord} from './memory.js';
import {toRemembered} from './remembered.js';
import {type RuleInfo, toNativeRule, toRule} from './rule.js';
import {ownSentence} from './sentence.js';
import {WorkerStream} from './stream.js';
import {type Raw, reader, writer} from './structs.js';
import * as LAYOUTS from './structs.gen.js';

const writeKey = writer(LAYOUTS.fguard_rule_key);
const writeQuery = writer(LAYOUTS.fguard_query);
const writeFilter = writer(LAYOUTS.fguard_filter);
const writeAnswer = writer(LAYOUTS.fguard_answer);
const readMatch = reader(LAYOUTS.fguard_match);
const readStatus = reader(LAYOUTS.fguard_status);
const readHook = reader(LAYOUTS.fguard_hook);

type MatchInfo = Raw<typeof LAYOUTS.fguard_match>;
type StatusInfo = Raw<typeof LAYOUTS.fguard_status>;
type HookInfo = Raw<typeof LAYOUTS.fguard_hook>;

const ROOM_FOR_HOOKS = 64;
const ROOM_FOR_MATCHES = 64;

const objects = <T extends object>(n: number): T[] => Array.from({length: n}, () => ({}) as T);

function toMatch(info: MatchInfo): Match {
  const {concerned, allowed, ...rest} = readMatch(info);
  return {...rest, concerned: concerned !== 0, allowed: allowed !== 0};
}

const toFilter = (filter: EventFilter): object => writeFilter({...filter, answer: false});

/* All other members are empty, because an answerer gets every question. */
const ANSWERER = writeFilter({
  all: false,
  answer: true,
  ops: 0,
  verdicts: 0,
  paths: [],
  trees: [],
  suffixes: [],
  pids: [],
  exes: [],
  uids: [],
});

function toStatus(info: StatusInfo, hooks: HookInfo[]): KernelStatus {
  const {version, abi, rules, subscribers, answerers, locked, n_hooks, ...counters} =
    readStatus(info);
  const counted = COUNTERS.map((name) => [name, Number(counters[name])]);
  return {
    version,
    abi,
    rules,
    subscribers,
    answerers,
    locked: locked !== 0,
    counters: Object.fromEntries(counted) as KernelStatus['counters'],
    hooks: hooks.slice(0, n_hooks).map(readHook),
  };
}

/** The module, accessed through libfguard. */
class Connection implements Guard {
  constructor(
    private readonly lib: Library,
    private readonly handle: Handle,
  ) {}

  addRules(rules: readonly RuleRequest[]): Added[] {
    const added = objects<Raw<typeof LAYOUTS.fguard_added>>(rules.length);
    this.check(this.lib.addRules(this.handle, rules.map(toNativeRule), rules.length, added));
    return added.map(({id, flags}) => ({
      id,
      existed: (flags & FGUARD_RULE_EXISTS) !== 0,
      replaced: (flags & FGUARD_RULE_REPLACED) !== 0,
    }));
  }

  deleteRules(ids: readonly number[]): void {
    const keys = ids.map((id) => writeKey({id, path: null, name: null}));
    this.check(this.lib.deleteRules(this.handle, keys, keys.length));
  }

  setRules(rules: readonly RuleRequest[]): void {
    this.check(this.lib.setRules(this.handle, rules.map(toNativeRule), rules.length));
  }

  clearRules(): void {
    this.setRules([]);
  }

  listRules(): KernelRule[] {
    const rules: KernelRule[] = [];
    this.check(this.lib.listRules(this.handle));
    for (;;) {
      const info = {} as RuleInfo;
      if (this.check(this.lib.nextRule(this.handle, info)) === 0) return rules;
      rules.push(toRule(info));
    }
  }

  explain(query: Query, room = ROOM_FOR_MATCHES): Explanation {
    const info = {} as Raw<typeof LAYOUTS.fguard_explanation>;
    const matches = objects<MatchInfo>(room);
    this.check(this.lib.explain(this.handle, writeQuery(query), info, matches, room));
    if (info.n_matches > room) return this.explain(query, info.n_matches);
    const {verdict, reason, rule, n_matches} = info;
    return {verdict, reason, rule, matches: matches.slice(0, n_matches).map(toMatch)};
  }

  status(room = ROOM_FOR_HOOKS): KernelStatus {
    const info = {} as StatusInfo;
    const hooks = objects<HookInfo>(room);
    this.check(this.lib.getStatus(this.handle, info, hooks, room));
    if (info.n_hooks > room) return this.status(info.n_hooks);
    return toStatus(info, hooks);
  }

  lock(): void {
    this.check(this.lib.lock(this.handle));
  }

  subscribe(filter: EventFilter): EventStream {
    this.check(this.lib.subscribe(this.handle, toFilter(filter)));
    return new WorkerStream(this.lib, this.handle);
  }

  attach(): EventStream {
    this.check(this.lib.subscribe(this.handle, ANSWERER));
    return new WorkerStream(this.lib, this.handle);
  }

  answer(id: string, answer: Answer): void {
    this.check(this.lib.answer(this.handle, writeAnswer({...answer, id: BigInt(id)})));
  }

  questions(): Question[] {
    const questions: Question[] = [];
    const pointer: [bigint | null] = [null];
    this.check(this.lib.listQuestions(this.handle));
    while (this.check(this.lib.nextQuestion(this.handle, pointer)) !== 0) {
      if (pointer[0] === null) throw new Error('the library returned an invalid request');
      for (const record of askRecords(readRecord(pointer[0])))
        if (record.type === 'question') questions.push(toQuestion(record));
    }
    return questions;
  }

  remembered(): Remembered[] {
    const answers: Remembered[] = [];
    this.check(this.lib.listAnswers(this.handle));
    for (;;) {
      const info = {} as Raw<typeof LAYOUTS.fguard_remembered>;
      if (this.check(this.lib.nextAnswer(this.handle, info)) === 0) return answers;
      answers.push(toRemembered(info));
    }
  }

  forget(ids: readonly number[]): void {
    this.check(this.lib.forgetAnswers(this.handle, ids.map(BigInt), ids.length));
  }

  forgetAll(): void {
    this.check(this.lib.forgetAllAnswers(this.handle));
  }

  close(): void {
    this.lib.close(this.handle);
  }

  private check(result: number | bigint): number {
    const number = Number(result);
    if (number >= 0) return number;
    const sentence = ownSentence(-number, this.lib.message(this.handle));
    throw new ModuleError(errnoName(-number), sentence);
  }
}

/** Connects to the module. */
export function connect(): Guard {
  const lib = library();
  const handle: [bigint | null] = [null];
  const result = lib.open(handle);
  if (result === 0 && handle[0] !== null) return new Connection(lib, handle[0]);
  const sentence = ownSentence(-result, lib.message(handle[0]));
  lib.close(handle[0]);
  throw new ModuleError(errnoName(-result), sentence);
}
