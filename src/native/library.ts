// SPDX-License-Identifier: MIT
import koffi, {type KoffiFunc, type TypeObject} from 'koffi';

import {UserError} from '../domain/errors.js';
import {findLibrary} from './find-library.js';
import type {RememberedInfo} from './remembered.js';

export type Handle = bigint;
type Pointer = bigint | null;
type Out<T> = T | Record<string, never>;

export interface RuleInfo {
  path: Pointer;
  suffix: Pointer;
  name: Pointer;
  ttl: number | bigint;
  allowed: number | bigint;
  denied: number | bigint;
  asked: number | bigint;
  expired: number | bigint;
  grants: Pointer;
  uids: Pointer;
  gids: Pointer;
  loginuids: Pointer;
  exes: Pointer;
  cgroups: Pointer;
  id: number;
  flags: number;
  ops: number;
  otherwise: number;
  error: number;
  default_allow: number;
  deadline: number;
  n_grants: number;
  n_uids: number;
  n_gids: number;
  n_loginuids: number;
  n_exes: number;
  n_cgroups: number;
}

export interface ExplanationInfo {
  verdict: number;
  reason: number;
  rule: number;
  n_matches: number;
}

export interface StatusInfo {
  version: string;
  abi: number;
  rules: number;
  subscribers: number;
  n_hooks: number;
  allowed: number | bigint;
  denied: number | bigint;
  events: number | bigint;
  lost: number | bigint;
  answerers: number;
  waiting: number;
  asked: number | bigint;
  expired: number | bigint;
  locked: number;
}

koffi.alias('ssize_t', 'intptr_t');

/* Strings are pointers to bytes here, since file names need not be UTF-8. */
export const TYPES = {
  rule: koffi.struct('fguard_rule', {
    path: 'void *',
    suffix: 'void *',
    name: 'void *',
    flags: 'uint32_t',
    ops: 'uint32_t',
    otherwise: 'uint32_t',
    error: 'uint32_t',
    ttl: 'uint64_t',
    default_allow: 'uint32_t',
    deadline: 'uint32_t',
    n_pids: 'uint32_t',
    n_uids: 'uint32_t',
    n_gids: 'uint32_t',
    n_loginuids: 'uint32_t',
    n_exes: 'uint32_t',
    n_cgroups: 'uint32_t',
    pids: 'const uint32_t *',
    uids: 'const uint32_t *',
    gids: 'const uint32_t *',
    loginuids: 'const uint32_t *',
    exes: 'void **',
    cgroups: 'void **',
  }),
  added: koffi.struct('fguard_added', {id: 'uint32_t', flags: 'uint32_t'}),
  key: koffi.struct('fguard_rule_key', {id: 'uint32_t', path: 'void *', name: 'void *'}),
  grant: koffi.struct('fguard_grant', {
    pid: 'uint32_t',
    alive: 'uint32_t',
    comm: koffi.array('uint8_t', 16),
  }),
  ruleInfo: koffi.struct('fguard_rule_info', {
    path: 'void *',
    suffix: 'void *',
    name: 'void *',
    ttl: 'uint64_t',
    allowed: 'uint64_t',
    denied: 'uint64_t',
    asked: 'uint64_t',
    expired: 'uint64_t',
    grants: 'void *',
    uids: 'void *',
    gids: 'void *',
    loginuids: 'void *',
    exes: 'void *',
    cgroups: 'void *',
    id: 'uint32_t',
    flags: 'uint32_t',
    ops: 'uint32_t',
    otherwise: 'uint32_t',
    error: 'uint32_t',
    default_allow: 'uint32_t',
    deadline: 'uint32_t',
    n_grants: 'uint32_t',
    n_uids: 'uint32_t',
    n_gids: 'uint32_t',
    n_loginuids: 'uint32_t',
    n_exes: 'uint32_t',
    n_cgroups: 'uint32_t',
  }),
  query: koffi.struct('fguard_query', {path: 'void *', op: 'uint32_t', pid: 'uint32_t'}),
  explanation: koffi.struct('fguard_explanation', {
    verdict: 'uint32_t',
    reason: 'uint32_t',
    rule: 'uint32_t',
    n_matches: 'uint32_t',
  }),
  match: koffi.struct('fguard_match', {
    rule: 'uint32_t',
    kind: 'uint32_t',
    distance: 'uint32_t',
    concerned: 'uint32_t',
    allowed: 'uint32_t',
  }),
  status: koffi.struct('fguard_status', {
    version: koffi.array('char', 32),
    abi: 'uint32_t',
    rules: 'uint32_t',
    subscribers: 'uint32_t',
    n_hooks: 'uint32_t',
    allowed: 'uint64_t',
    denied: 'uint64_t',
    events: 'uint64_t',
    lost: 'uint64_t',
    answerers: 'uint32_t',
    waiting: 'uint32_t',
    asked: 'uint64_t',
    expired: 'uint64_t',
    locked: 'uint32_t',
  }),
  hook: koffi.struct('fguard_hook', {
    function: koffi.array('char', 48),
    ops: 'uint32_t',
    state: 'uint32_t',
  }),
  filter: koffi.struct('fguard_filter', {
    all: 'uint32_t',
    answer: 'uint32_t',
    ops: 'uint32_t',
    verdicts: 'uint32_t',
    n_paths: 'uint32_t',
    n_trees: 'uint32_t',
    n_suffixes: 'uint32_t',
    n_pids: 'uint32_t',
    n_exes: 'uint32_t',
    n_uids: 'uint32_t',
    paths: 'void **',
    trees: 'void **',
    suffixes: 'void **',
    pids: 'const uint32_t *',
    exes: 'void **',
    uids: 'const uint32_t *',
  }),
  answer: koffi.struct('fguard_answer', {
    id: 'uint64_t',
    ttl: 'uint64_t',
    verdict: 'uint32_t',
    lifetime: 'uint32_t',
  }),
  remembered: koffi.struct('fguard_remembered', {
    comm: 'void *',
    exe: 'void *',
    script: 'void *',
    id: 'uint64_t',
    ttl: 'uint64_t',
    given: 'uint64_t',
    rule: 'uint32_t',
    ops: 'uint32_t',
    verdict: 'uint32_t',
    lifetime: 'uint32_t',
    pid: 'uint32_t',
    uid: 'uint32_t',
  }),
} as const satisfies Record<string, TypeObject>;

type Call<T extends (...args: never[]) => unknown> = KoffiFunc<T>;

export interface Library {
  open: Call<(handle: [Pointer]) => number>;
  close: Call<(handle: Pointer) => void>;
  message: Call<(handle: Pointer) => string>;
  addRules: Call<(handle: Handle, rules: object[], n: number, added: object[]) => number>;
  setRules: Call<(handle: Handle, rules: object[], n: number) => number>;
  deleteRules: Call<(handle: Handle, keys: object[], n: number) => number>;
  listRules: Call<(handle: Handle) => number>;
  nextRule: Call<(handle: Handle, info: Out<RuleInfo>) => number>;
  explain: Call<
    (
      handle: Handle,
      query: object,
      e: Out<ExplanationInfo>,
      matches: object[],
      max: number,
    ) => number
  >;
  getStatus: Call<(handle: Handle, s: Out<StatusInfo>, hooks: object[], max: number) => number>;
  lock: Call<(handle: Handle) => number>;
  subscribe: Call<(handle: Handle, filter: object) => number>;
  interrupt: Call<(handle: Handle) => number>;
  readEvents: Call<(handle: Handle, buffer: Uint8Array, size: number, ms: number) => number>;
  answer: Call<(handle: Handle, answer: object) => number>;
  listQuestions: Call<(handle: Handle) => number>;
  nextQuestion: Call<(handle: Handle, question: [Pointer]) => number>;
  listAnswers: Call<(handle: Handle) => number>;
  nextAnswer: Call<(handle: Handle, answer: Out<RememberedInfo>) => number>;
  forgetAnswers: Call<(handle: Handle, ids: bigint[], n: number) => number>;
  forgetAllAnswers: Call<(handle: Handle) => number>;
  loginUid: Call<(pid: number, uid: [number]) => number>;
  loginName: Call<(pid: number, name: Uint8Array, size: number) => number>;
}

function bind(path: string): Library {
  const library = koffi.load(path);
  const fn = <T extends (...args: never[]) => unknown>(prototype: string): Call<T> =>
    library.func(prototype) as Call<T>;
  return {
    open: fn('int fguard_open(_Out_ void **guard)'),
    close: fn('void fguard_close(void *guard)'),
    message: fn('const char *fguard_message(void *guard)'),
    addRules: fn(
      'int fguard_add_rules(void *guard, const fguard_rule *rules, size_t n, _Out_ fguard_added *added)',
    ),
    setRules: fn('int fguard_set_rules(void *guard, const fguard_rule *rules, size_t n)'),
    deleteRules: fn('int fguard_delete_rules(void *guard, const fguard_rule_key *keys, size_t n)'),
    listRules: fn('ssize_t fguard_list_rules(void *guard)'),
    nextRule: fn('int fguard_next_rule(void *guard, _Out_ fguard_rule_info *info)'),
    explain: fn(
      'int fguard_explain(void *guard, const fguard_query *query, _Out_ fguard_explanation *explanation, _Out_ fguard_match *matches, size_t max)',
    ),
    getStatus: fn(
      'int fguard_get_status(void *guard, _Out_ fguard_status *status, _Out_ fguard_hook *hooks, size_t max)',
    ),
    lock: fn('int fguard_lock(void *guard)'),
    subscribe: fn('int fguard_subscribe(void *guard, const fguard_filter *filter)'),
    interrupt: fn('int fguard_interrupt(void *guard)'),
    readEvents: fn(
      'ssize_t fguard_read_events(void *guard, void *buffer, size_t size, int timeout)',
    ),
    answer: fn('int fguard_answer(void *guard, const fguard_answer *answer)'),
    listQuestions: fn('ssize_t fguard_list_questions(void *guard)'),
    nextQuestion: fn('int fguard_next_question(void *guard, _Out_ void **question)'),
    listAnswers: fn('ssize_t fguard_list_answers(void *guard)'),
    nextAnswer: fn('int fguard_next_answer(void *guard, _Out_ fguard_remembered *answer)'),
    forgetAnswers: fn('int fguard_forget_answers(void *guard, const uint64_t *ids, size_t n)'),
    forgetAllAnswers: fn('int fguard_forget_all_answers(void *guard)'),
    loginUid: fn('int fguard_login_uid(int pid, _Out_ uint32_t *uid)'),
    loginName: fn('int fguard_login_name(int pid, void *name, size_t size)'),
  };
}

let loaded: Library | undefined;

/** libfguard.so, loaded once a thread. */
export function library(path = findLibrary()): Library {
  try {
    loaded ??= bind(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError('ENOLIBRARY', `cannot use the library ${path}: ${reason}`);
  }
  return loaded;
}
