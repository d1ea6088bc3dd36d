// SPDX-License-Identifier: MIT
import type {Explanation, Match} from '../domain/explanation.js';
import {MATCH_KINDS, OPS, REASONS, VERDICTS} from '../domain/names.js';
import type {HeldAccess} from '../domain/open-flags.js';
import {type KernelRule, type RuleDocument, ruleDocument} from '../domain/rule.js';

interface Explained extends Omit<Explanation, 'matches' | 'rule'> {
  path: string;
  op: number;
  process: {pid: number; comm: string} | null;
  rule: number | null;
  matches: (Omit<Match, 'rule'> & {rule: KernelRule; decides: boolean})[];
  links: {count: number; others: string[]} | null;
  mounts: string[];
  device: string | null;
  holders: {
    pid: number;
    comm: string;
    fd: number | null;
    path: string;
    access: HeldAccess | 'map';
  }[];
}

/** Why, in a sentence that names no path. */
function whyText({reason, rule, op, verdict}: Explained): string {
  const id = `rule ${rule ?? 0}`;
  switch (REASONS.name(reason)) {
    case 'none':
      return `no rule is about this object and ${OPS.name(op)}`;
    case 'grant':
      return `${id} is the closest, and lets the process in`;
    case 'rule':
      return VERDICTS.name(verdict) === 'deny'
        ? `${id} is the closest, and does not let the process in`
        : `${id} is the closest, and only reports those it does not let in`;
    default:
      return `${id}: ${REASONS.name(reason)}`;
  }
}

/** The result of `fguard explain --json`. */
export function explanationDocument(explained: Explained) {
  const {path, op, process, verdict, reason, rule, links, mounts, device, holders} = explained;
  return {
    path,
    op: OPS.name(op),
    process,
    verdict: VERDICTS.name(verdict),
    reason: REASONS.name(reason),
    rule,
    why: whyText(explained),
    matches: explained.matches.map((match) => ({
      rule: ruleDocument(match.rule),
      kind: MATCH_KINDS.name(match.kind),
      distance: match.distance,
      concerned: match.concerned,
      allowed: match.allowed,
      decides: match.decides,
    })),
    links,
    mounts,
    device,
    holders,
  };
}

export type ExplanationDocument = ReturnType<typeof explanationDocument>;
export type MatchDocument = ExplanationDocument['matches'][number] & {rule: RuleDocument};
