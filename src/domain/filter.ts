// SPDX-License-Identifier: MIT

/** Which events a subscription delivers: kinds combine with "and", the values of one kind with "or". */
export interface EventFilter {
  all: boolean;
  /** Masks, 0 for all. */
  ops: number;
  verdicts: number;
  paths: readonly string[];
  trees: readonly string[];
  suffixes: readonly string[];
  pids: readonly number[];
  exes: readonly string[];
  uids: readonly number[];
}

/** Without any of these, only accesses to which a rule applies are delivered. */
export const namesObjects = (filter: EventFilter): boolean =>
  filter.all || filter.paths.length + filter.trees.length + filter.suffixes.length > 0;
