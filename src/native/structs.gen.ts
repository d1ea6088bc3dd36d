// SPDX-License-Identifier: MIT
// Generated from libnetlink/fguard.h by `npm run gen:uapi`; do not edit.

export const fguard_rule = {
  path: 'text',
  suffix: 'text',
  name: 'text',
  flags: 'u32',
  ops: 'u32',
  else_action: 'u32',
  error: 'u32',
  ttl: 'u64',
  default_allow: 'u32',
  timeout: 'u32',
  n_pids: 'u32',
  n_uids: 'u32',
  n_gids: 'u32',
  n_loginuids: 'u32',
  n_exes: 'u32',
  n_cgroups: 'u32',
  pids: 'numbers',
  uids: 'numbers',
  gids: 'numbers',
  loginuids: 'numbers',
  exes: 'texts',
  cgroups: 'texts',
} as const;

export const fguard_added = {
  id: 'u32',
  flags: 'u32',
} as const;

export const fguard_rule_key = {
  id: 'u32',
  path: 'text',
  name: 'text',
} as const;

export const fguard_grant = {
  pid: 'u32',
  alive: 'u32',
  comm: 16,
} as const;

export const fguard_rule_info = {
  path: 'text',
  suffix: 'text',
  name: 'text',
  ttl: 'u64',
  allowed: 'u64',
  denied: 'u64',
  asked: 'u64',
  expired: 'u64',
  grants: 'structs',
  uids: 'numbers',
  gids: 'numbers',
  loginuids: 'numbers',
  exes: 'texts',
  cgroups: 'texts',
  id: 'u32',
  flags: 'u32',
  ops: 'u32',
  else_action: 'u32',
  error: 'u32',
  default_allow: 'u32',
  timeout: 'u32',
  n_grants: 'u32',
  n_uids: 'u32',
  n_gids: 'u32',
  n_loginuids: 'u32',
  n_exes: 'u32',
  n_cgroups: 'u32',
} as const;

export const fguard_query = {
  path: 'text',
  op: 'u32',
  pid: 'u32',
} as const;

export const fguard_explanation = {
  verdict: 'u32',
  reason: 'u32',
  rule: 'u32',
  n_matches: 'u32',
} as const;

export const fguard_match = {
  rule: 'u32',
  kind: 'u32',
  distance: 'u32',
  concerned: 'u32',
  allowed: 'u32',
} as const;

export const fguard_status = {
  version: 32,
  abi: 'u32',
  rules: 'u32',
  subscribers: 'u32',
  n_hooks: 'u32',
  allowed: 'u64',
  denied: 'u64',
  events: 'u64',
  lost: 'u64',
  answerers: 'u32',
  waiting: 'u32',
  asked: 'u64',
  expired: 'u64',
  locked: 'u32',
} as const;

export const fguard_hook = {
  function: 48,
  ops: 'u32',
  state: 'u32',
} as const;

export const fguard_filter = {
  all: 'u32',
  answer: 'u32',
  ops: 'u32',
  verdicts: 'u32',
  n_paths: 'u32',
  n_trees: 'u32',
  n_suffixes: 'u32',
  n_pids: 'u32',
  n_exes: 'u32',
  n_uids: 'u32',
  paths: 'texts',
  trees: 'texts',
  suffixes: 'texts',
  pids: 'numbers',
  exes: 'texts',
  uids: 'numbers',
} as const;

export const fguard_answer = {
  id: 'u64',
  ttl: 'u64',
  verdict: 'u32',
  lifetime: 'u32',
} as const;

export const fguard_remembered = {
  comm: 'text',
  exe: 'text',
  script: 'text',
  id: 'u64',
  ttl: 'u64',
  given: 'u64',
  rule: 'u32',
  ops: 'u32',
  verdict: 'u32',
  lifetime: 'u32',
  pid: 'u32',
  uid: 'u32',
} as const;
