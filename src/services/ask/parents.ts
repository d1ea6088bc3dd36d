// SPDX-License-Identifier: MIT
import type {Parent} from '../../domain/question.js';
import {firstNumber, processFields} from '../../linux/proc.js';

/* A chain that changes while it is read could lead in a circle. */
const LONGEST_CHAIN = 64;

/** A process with its parents, the nearest first, as far as /proc shows them. */
export function parentChain(ppid: number): Parent[] {
  const chain: Parent[] = [];
  for (let pid = ppid; pid > 0 && chain.length < LONGEST_CHAIN;) {
    const fields = processFields(pid);
    if (fields === undefined) break;
    chain.push({pid, comm: fields.get('Name') ?? ''});
    pid = firstNumber(fields, 'PPid');
  }
  return chain;
}
