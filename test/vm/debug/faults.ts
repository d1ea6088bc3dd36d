// SPDX-License-Identifier: MIT
// Allocations of the guest's kernel that fail on request. "fail-nth" is of one
// task and counts its allocations; so every one of an action is tried in turn.
import type {Actor} from '../helper/actor.js';
import type {Failure, Guard} from '../helper/guard.js';
import {vm} from '../runner/shared.js';
import {FAULTS_BEGIN, FAULTS_END} from '../splat.js';

/** More than any action here has. */
const LIMIT = 5000;

const note = (text: string): Promise<string> => vm.ok(`echo '<4>${text}' >/dev/kmsg`);

/** From here on the kernel's complaints about failed allocations are no trouble. */
export async function beginFaults(): Promise<void> {
  await note(FAULTS_BEGIN);
  // those that may sleep can fail too, also single pages, and each without a report
  await vm.ok(`cd /sys/kernel/debug && for kind in failslab fail_page_alloc; do
    echo N >$kind/ignore-gfp-wait && echo 0 >$kind/verbose || exit
    done && echo 0 >fail_page_alloc/min-order`);
}

export async function endFaults(): Promise<void> {
  await note(FAULTS_END);
}

/** From here on every other allocation of a task fails, until feed(). */
export async function starve(pid: string): Promise<void> {
  await vm.ok(`cd /sys/kernel/debug/failslab && echo Y >task-filter && echo 1 >interval &&
    echo -1 >times && echo 50 >probability && echo 1 >/proc/${pid}/make-it-fail`);
}

export const feed = (): Promise<string> =>
  vm.ok('cd /sys/kernel/debug/failslab && echo 0 >probability && echo N >task-filter');

/**
 * Tries with 1, 2, … until the action has no such allocation any more.
 * @param attempt says whether one failed
 * @param step 1, or more where not each can be tried
 * @returns how many there are, at least
 */
export async function untilWhole(
  attempt: (nth: number) => Promise<boolean>,
  step = 1,
): Promise<number> {
  for (let nth = 1; nth <= LIMIT; nth += step) if (!(await attempt(nth))) return nth - step;
  throw new Error(`still failing at the ${LIMIT}th allocation`);
}

export interface Attempt<T> {
  answer: T | Failure;
  injected: boolean;
}

type Words = Parameters<Guard['ask']>[1];

/** A command to the module. */
export async function attempt<T = object>(
  guard: Guard,
  nth: number,
  command: string,
  words?: Words,
): Promise<Attempt<T>> {
  const answer = await guard.ask<T>(`fail-nth ${nth} ${command}`, words);
  return {answer, ...(await guard.answer<{injected: boolean}>())};
}

/** Something that an actor does. */
export async function attemptDo(
  actor: Actor,
  nth: number,
  ...words: (string | number)[]
): Promise<{result: string; injected: boolean}> {
  const [result = '', how] = (await actor.do('fail-nth', nth, ...words)).split(' ');
  return {result, injected: how === 'injected'};
}

export const isFailure = (answer: unknown): answer is Failure =>
  typeof answer === 'object' && answer !== null && 'errno' in answer;
