// SPDX-License-Identifier: MIT
/* Rules between our values and the library's structs. */
import koffi from 'koffi';

import type {Grant, KernelRule, RuleRequest, RuleTraits} from '../domain/rule.js';
import {
  FGUARD_RULE_AGAINST,
  FGUARD_RULE_CHILDREN,
  FGUARD_RULE_STRICT,
  FGUARD_RULE_TREE,
  FGUARD_RULE_UNTIL_CLOSED,
  FGUARD_RULE_UNTIL_EXIT,
  fguard_verdict as VERDICT,
} from '../domain/uapi.gen.js';
import {type Raw, TYPES, reader, writer} from './structs.js';
import {fguard_grant, fguard_rule, fguard_rule_info} from './structs.gen.js';

export type RuleInfo = Raw<typeof fguard_rule_info>;

const writeRule = writer(fguard_rule);
const readRule = reader(fguard_rule_info);
const readGrant = reader(fguard_grant);

const FLAGS: Record<keyof RuleTraits, number> = {
  tree: FGUARD_RULE_TREE,
  children: FGUARD_RULE_CHILDREN,
  strict: FGUARD_RULE_STRICT,
  untilExit: FGUARD_RULE_UNTIL_EXIT,
  against: FGUARD_RULE_AGAINST,
};

const TRAITS = Object.keys(FLAGS) as (keyof RuleTraits)[];

const toFlags = (traits: RuleTraits): number =>
  TRAITS.reduce((flags, trait) => (traits[trait] ? flags | FLAGS[trait] : flags), 0);

function toTraits(flags: number): RuleTraits {
  const has = (trait: keyof RuleTraits): boolean => (flags & FLAGS[trait]) !== 0;
  return {
    tree: has('tree'),
    children: has('children'),
    strict: has('strict'),
    untilExit: has('untilExit'),
    against: has('against'),
  };
}

export const toNativeRule = (rule: RuleRequest): object =>
  writeRule({
    ...rule,
    flags: toFlags(rule),
    default_allow: rule.defaultVerdict === VERDICT.FGUARD_VERDICT_ALLOW,
  });

function readGrants({grants, n_grants}: RuleInfo): Grant[] {
  if (grants === null || n_grants === 0) return [];
  const list = koffi.decode(grants, TYPES.fguard_grant, n_grants) as Raw<typeof fguard_grant>[];
  return list.map(readGrant).map(({pid, comm, alive}) => ({pid, comm, alive: alive !== 0}));
}

/* What is left of a rule's time becomes a moment here, where it is still true. */
const moment = (ttl: number): number | null => (ttl === 0 ? null : Date.now() + ttl);

export function toRule(info: RuleInfo): KernelRule {
  const {flags, ttl, default_allow, allowed, denied, asked, expired, ...terms} = readRule(info);
  return {
    ...terms,
    ...toTraits(flags),
    ...((flags & FGUARD_RULE_UNTIL_CLOSED) === 0 ? {} : {untilClosed: true}),
    defaultVerdict:
      default_allow === 0 ? VERDICT.FGUARD_VERDICT_DENY : VERDICT.FGUARD_VERDICT_ALLOW,
    grants: readGrants(info),
    expiresAt: moment(Number(ttl)),
    allowed: Number(allowed),
    denied: Number(denied),
    asked: Number(asked),
    expired: Number(expired),
  };
}
