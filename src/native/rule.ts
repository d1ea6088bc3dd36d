// SPDX-License-Identifier: MIT
/* Rules between our values and the library's structs. */
import koffi from 'koffi';

import type {Grant, KernelRule, RuleRequest, RuleTraits} from '../domain/rule.js';
import {
  FGUARD_DEADLINE_DEFAULT,
  FGUARD_RULE_AGAINST,
  FGUARD_RULE_CHILDREN,
  FGUARD_RULE_STRICT,
  FGUARD_RULE_TREE,
  FGUARD_RULE_UNTIL_CLOSED,
  FGUARD_RULE_UNTIL_EXIT,
  fguard_verdict as VERDICT,
} from '../domain/uapi.gen.js';
import {type RuleInfo, TYPES} from './library.js';
import {
  arrayText,
  cString,
  numbers,
  readNumbers,
  readString,
  readStrings,
  strings,
} from './memory.js';

interface GrantInfo {
  pid: number;
  alive: number;
  comm: Uint8Array;
}

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

const optional = (text: string | null): Buffer | null => (text === null ? null : cString(text));

export const toNativeRule = (rule: RuleRequest): object => ({
  path: optional(rule.path),
  suffix: optional(rule.suffix),
  name: optional(rule.name),
  flags: toFlags(rule),
  ops: rule.ops,
  otherwise: rule.otherwise,
  error: rule.error,
  ttl: rule.ttl,
  default_allow: rule.defaultVerdict === VERDICT.FGUARD_VERDICT_ALLOW ? 1 : 0,
  deadline: rule.deadline,
  n_pids: rule.pids.length,
  n_uids: rule.uids.length,
  n_gids: rule.gids.length,
  n_loginuids: rule.loginuids.length,
  n_exes: rule.exes.length,
  n_cgroups: rule.cgroups.length,
  pids: numbers(rule.pids),
  uids: numbers(rule.uids),
  gids: numbers(rule.gids),
  loginuids: numbers(rule.loginuids),
  exes: strings(rule.exes),
  cgroups: strings(rule.cgroups),
});

function readGrants(info: RuleInfo): Grant[] {
  if (info.grants === null || info.n_grants === 0) return [];
  const list = koffi.decode(info.grants, TYPES.grant, info.n_grants) as GrantInfo[];
  return list.map(({pid, alive, comm}) => ({pid, comm: arrayText(comm), alive: alive !== 0}));
}

const readOptional = (pointer: bigint | null): string | null =>
  pointer === null ? null : readString(pointer);

/* What is left of a rule's time becomes a moment here, where it is still true. */
const moment = (ttl: number): number | null => (ttl === 0 ? null : Date.now() + ttl);

export function toRule(info: RuleInfo): KernelRule {
  const {id, ops, otherwise, error} = info;
  return {
    id,
    path: readOptional(info.path),
    suffix: readOptional(info.suffix),
    name: readOptional(info.name),
    ...toTraits(info.flags),
    ...((info.flags & FGUARD_RULE_UNTIL_CLOSED) === 0 ? {} : {untilClosed: true}),
    ops,
    otherwise,
    error,
    defaultVerdict:
      info.default_allow === 0 ? VERDICT.FGUARD_VERDICT_DENY : VERDICT.FGUARD_VERDICT_ALLOW,
    deadline: info.deadline === 0 ? FGUARD_DEADLINE_DEFAULT : info.deadline,
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
