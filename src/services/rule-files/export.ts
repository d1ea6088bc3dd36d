// SPDX-License-Identifier: MIT
import type {KernelRule, RuleDocument} from '../../domain/rule.js';
import {lossOf, withoutProcesses} from '../../domain/rule-file.js';
import {listRules} from '../rules.js';

export interface Export {
  /** The rules as files can hold them. */
  rules: RuleDocument[];
  /** Those that end by themselves, which no file can hold. */
  leftOut: KernelRule[];
  /** Those that let processes in, which let in nobody in a file. */
  closed: KernelRule[];
}

/** The rules in force as far as a file can hold them. */
export async function exportRules(): Promise<Export> {
  const rules = await listRules();
  const lost = (loss: ReturnType<typeof lossOf>): KernelRule[] =>
    rules.filter((rule) => lossOf(rule) === loss);
  const kept = rules.filter((rule) => lossOf(rule) !== 'ends');
  return {
    rules: kept.map(withoutProcesses),
    leftOut: lost('ends'),
    closed: lost('processes'),
  };
}
