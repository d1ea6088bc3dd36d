// SPDX-License-Identifier: MIT
import koffi, {type KoffiFunc} from 'koffi';

import {UserError} from '../domain/errors.js';
import {findLibrary} from './find-library.js';
/* Registers the structs with koffi, so that the prototypes can name them. */
import './structs.js';
import type {Pointer, Raw} from './structs.js';
import type * as LAYOUTS from './structs.gen.js';

export type Handle = bigint;

/** A struct that a call fills. */
type Out<S extends keyof typeof LAYOUTS> = Raw<(typeof LAYOUTS)[S]> | Record<string, never>;

koffi.alias('ssize_t', 'intptr_t');

type Call<T extends (...args: never[]) => unknown> = KoffiFunc<T>;

export interface Library {
  open: Call<(handle: [Pointer]) => number>;
  close: Call<(handle: Pointer) => void>;
  message: Call<(handle: Pointer) => string>;
  addRules: Call<(handle: Handle, rules: object[], n: number, added: object[]) => number>;
  setRules: Call<(handle: Handle, rules: object[], n: number) => number>;
  deleteRules: Call<(handle: Handle, keys: object[], n: number) => number>;
  listRules: Call<(handle: Handle) => number>;
  nextRule: Call<(handle: Handle, info: Out<'fguard_rule_info'>) => number>;
  explain: Call<
    (
      handle: Handle,
      query: object,
      e: Out<'fguard_explanation'>,
      matches: object[],
      max: number,
    ) => number
  >;
  getStatus: Call<
    (handle: Handle, s: Out<'fguard_status'>, hooks: object[], max: number) => number
  >;
  lock: Call<(handle: Handle) => number>;
  subscribe: Call<(handle: Handle, filter: object) => number>;
  interrupt: Call<(handle: Handle) => number>;
  readEvents: Call<(handle: Handle, buffer: Uint8Array, size: number, ms: number) => number>;
  answer: Call<(handle: Handle, answer: object) => number>;
  listQuestions: Call<(handle: Handle) => number>;
  nextQuestion: Call<(handle: Handle, question: [Pointer]) => number>;
  listAnswers: Call<(handle: Handle) => number>;
  nextAnswer: Call<(handle: Handle, answer: Out<'fguard_remembered'>) => number>;
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

/** libfguard.so, loaded once in each thread. */
export function library(path = findLibrary()): Library {
  try {
    loaded ??= bind(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError('ENOLIBRARY', `cannot use the library ${path}: ${reason}`);
  }
  return loaded;
}
