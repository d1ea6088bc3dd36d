// SPDX-License-Identifier: MIT
import type {AskerFacts} from '../../domain/policy.js';
import type {Question} from '../../domain/question.js';
import {readLinkIfPossible, statIfPossible} from '../files.js';

function isSameFile(a: string, b: string): boolean {
  const [one, other] = [statIfPossible(a), statIfPossible(b)];
  return one !== undefined && one.dev === other?.dev && one.ino === other.ino;
}

const isSameLink = (a: string, b: string): boolean => {
  const link = readLinkIfPossible(a);
  return link !== undefined && link === readLinkIfPossible(b);
};

/**
 * Looks at an asker, which waits meanwhile and so is still there. Another mount
 * namespace or root may show it another file under the same name.
 */
export const askerFacts = ({pid}: Question): AskerFacts => ({
  runs: (exe) => isSameFile(`/proc/${pid}/exe`, exe),
  sharesView: () =>
    isSameLink(`/proc/${pid}/ns/mnt`, '/proc/self/ns/mnt') &&
    isSameFile(`/proc/${pid}/root`, '/proc/self/root'),
});
