// SPDX-License-Identifier: MIT
import type {ObjectExplanation} from '../domain/explanation.js';
import {MATCH_KINDS, OPS, REASONS, VERDICTS} from '../domain/names.js';
import {rememberedDocument} from '../domain/remembered.js';
import {type RuleDocument, ruleDocument} from '../domain/rule.js';

/** Why, in a sentence that names no path. */
function whyText({reason, rule, op, verdict}: ObjectExplanation): string {
  const id = `rule ${rule ?? 0}`;
  switch (REASONS.name(reason)) {
    case 'none':
      return `no rule covers ${OPS.name(op)} of this object`;
    case 'grant':
      return `${id} is the most specific, and allows the process`;
    case 'rule':
      return VERDICTS.name(verdict) === 'deny'
        ? `${id} is the most specific, and does not allow the process`
        : `${id} is the most specific, and only reports processes it does not allow`;
    case 'ask':
      return `${id} is the most specific, and asks; without an answer in time: ${VERDICTS.name(verdict)}`;
    case 'default':
      return `${id} is the most specific and would ask, but no answerer is running: ${VERDICTS.name(verdict)}`;
    default:
      return `${id}: ${REASONS.name(reason)}`;
  }
}

/** The result of `fguard explain --json`. */
export function explanationDocument(
  explained: ObjectExplanation,
  user: (uid: number) => string = String,
) {
  const {path, op, process, verdict, reason, rule, links, mounts, beneath, holders} = explained;
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
    answers: explained.answers.map((answer) => rememberedDocument(answer, user)),
    executables: explained.executables,
    links,
    mounts,
    device: beneath[0]?.path ?? null,
    beneath,
    holders,
  };
}

export type ExplanationDocument = ReturnType<typeof explanationDocument>;
export type MatchDocument = ExplanationDocument['matches'][number] & {rule: RuleDocument};
