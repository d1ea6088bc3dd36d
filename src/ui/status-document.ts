// SPDX-License-Identifier: MIT
import {HOOK_STATES, OPS} from '../domain/names.js';
import type {KernelStatus} from '../domain/status.js';

/* Locking and answerers are not in the protocol: nothing is locked and nobody answers. */
export function statusDocument(status: KernelStatus & {kernel: string}) {
  const {version, abi, kernel, rules, subscribers, counters} = status;
  return {
    module: {loaded: true, version, abi, kernel, locked: false},
    hooks: status.hooks.map((hook) => ({
      function: hook.function,
      ops: OPS.fromMask(hook.ops),
      state: HOOK_STATES.name(hook.state),
    })),
    rules,
    subscribers,
    answerers: 0,
    counters,
  };
}

export type StatusDocument = ReturnType<typeof statusDocument>;
