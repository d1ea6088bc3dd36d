// SPDX-License-Identifier: MIT
import type {KernelRule, RuleDocument} from '../../domain/rule.js';
import {lossOf, withoutProcesses} from '../../domain/rule-file.js';
import {listRules} from '../rules.js';

export interface Export {
  /** The rules as a file can express them. */
  rules: RuleDocument[];
  /** Rules that end by themselves, which a file cannot express. */
  leftOut: KernelRule[];
  /** Rules that allow processes; in a file they allow nobody. */
  closed: KernelRule[];
}

/** The active rules as far as a file can express them. */
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
