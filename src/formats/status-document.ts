// SPDX-License-Identifier: MIT
import {HOOK_STATES, OPS} from '../domain/names.js';
import type {Question} from '../domain/question.js';
import type {KernelStatus} from '../domain/status.js';
import {waitingDocument} from './question-json.js';

export function statusDocument(
  status: KernelStatus & {
    kernel: string;
    questions: Question[];
    unsafe: readonly {path: string; reason: string}[];
  },
  userName: (uid: number) => string,
) {
  const {version, abi, kernel, rules, subscribers, answerers, counters, locked} = status;
  return {
    module: {loaded: true, version, abi, kernel, locked},
    hooks: status.hooks.map((hook) => ({
      function: hook.function,
      ops: OPS.fromMask(hook.ops),
      state: HOOK_STATES.name(hook.state),
    })),
    rules,
    subscribers,
    answerers,
    counters,
    unsafeRules: status.unsafe.map(({path, reason}) => ({path, reason})),
    questions: status.questions.map((question) => waitingDocument(question, userName)),
  };
}

export type StatusDocument = ReturnType<typeof statusDocument>;
