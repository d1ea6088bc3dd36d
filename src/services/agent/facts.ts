// SPDX-License-Identifier: MIT
import type {WaiterFacts} from '../../domain/policy.js';
import type {Question} from '../../domain/question.js';
import {
  lstatIfPossible,
  readIfPossible,
  readLinkIfPossible,
  statIfPossible,
} from '../../linux/files.js';
import {otherPaths, parseMounts, readMounts} from '../../linux/mounts.js';

type Look = typeof statIfPossible;

const sameBy =
  (look: Look) =>
  (a: string, b: string): boolean => {
    const [one, other] = [look(a), look(b)];
    return one !== undefined && one.dev === other?.dev && one.ino === other.ino;
  };

const isSameFile = sameBy(statIfPossible);

const isSameLink = (a: string, b: string): boolean => {
  const link = readLinkIfPossible(a);
  return link !== undefined && link === readLinkIfPossible(b);
};

/* A process whose mounts cannot be read may have any. */
function seesMount(tid: number, path: string): boolean {
  const text = readIfPossible(`/proc/${tid}/mountinfo`);
  return text === undefined || parseMounts(text).some(({point}) => point === path);
}

/**
 * Inspects the waiting process, which therefore still exists. In another mount
 * namespace or root, the same name may be another file. Each thread can
 * have its own, so the thread is inspected.
 */
export const waiterFacts = ({tid}: Question): WaiterFacts => ({
  runs: (exe) => isSameFile(`/proc/${tid}/exe`, exe),
  sharesView: () =>
    isSameLink(`/proc/${tid}/ns/mnt`, '/proc/self/ns/mnt') &&
    isSameFile(`/proc/${tid}/root`, '/proc/self/root'),
  seesMount: (path) => seesMount(tid, path),
  otherNames: (path) => otherPaths(readMounts(), path),
  isSame: sameBy(lstatIfPossible),
});
