// SPDX-License-Identifier: MIT
/* Converts rules to and from the library's structs. */
import koffi from 'koffi';

import type {Grant, KernelRule, RuleRequest, RuleTraits} from '../domain/rule.js';
import {
  FGUARD_RULE_AGAINST,
  FGUARD_RULE_CHILDREN,
  FGUARD_RULE_STRICT,
  FGUARD_RULE_TREE,
  FGUARD_RULE_EXE_PENDING,
  FGUARD_RULE_UNTIL_CLOSED,
  FGUARD_RULE_UNTIL_EXIT,
  fguard_verdict as VERDICT,
} from '../domain/uapi.gen.js';
import {arrayText, optionalString, readNumbers, readStrings} from './memory.js';
import {type Raw, TYPES, writer} from './structs.js';
import {type fguard_grant, fguard_rule, type fguard_rule_info} from './structs.gen.js';

export type RuleInfo = Raw<typeof fguard_rule_info>;

const writeRule = writer(fguard_rule);

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
    else_action: rule.elseAction,
    flags: toFlags(rule),
    default_allow: rule.defaultVerdict === VERDICT.FGUARD_VERDICT_ALLOW,
  });

function readGrants({grants, n_grants}: RuleInfo): Grant[] {
  if (grants === null || n_grants === 0) return [];
  const list = koffi.decode(grants, TYPES.fguard_grant, n_grants) as Raw<typeof fguard_grant>[];
  return list.map(({pid, comm, alive}) => ({pid, comm: arrayText(comm), alive: alive !== 0}));
}

/* The remaining time is converted to a point in time immediately, while it is accurate. */
const moment = (ttl: number): number | null => (ttl === 0 ? null : Date.now() + ttl);

/* One object literal instead of a generic reader(), for speed: there may be many rules. */
export function toRule(info: RuleInfo): KernelRule {
  const {id, ops, else_action: elseAction, error, timeout} = info;
  return {
    id,
    path: optionalString(info.path),
    suffix: optionalString(info.suffix),
    name: optionalString(info.name),
    ...toTraits(info.flags),
    ...((info.flags & FGUARD_RULE_UNTIL_CLOSED) === 0 ? {} : {untilClosed: true}),
    ...((info.flags & FGUARD_RULE_EXE_PENDING) === 0 ? {} : {exePending: true}),
    ops,
    elseAction,
    error,
    defaultVerdict:
      info.default_allow === 0 ? VERDICT.FGUARD_VERDICT_DENY : VERDICT.FGUARD_VERDICT_ALLOW,
    timeout,
    grants: readGrants(info),
    exes: readStrings(info.exes, info.n_exes),
    uids: readNumbers(info.uids, info.n_uids),
    gids: readNumbers(info.gids, info.n_gids),
    loginuids: readNumbers(info.loginuids, info.n_loginuids),
    cgroups: readStrings(info.cgroups, info.n_cgroups),
    expiresAt: moment(Number(info.ttl)),
    allowed: Number(info.allowed),
    denied: Number(info.denied),
    asked: Number(info.asked),
    expired: Number(info.expired),
  };
}
