// SPDX-License-Identifier: MIT
/* A rule with nothing special about it. */
import type {KernelRule, RuleRequest} from '../../src/domain/rule.js';
import {FGUARD_OPS_ALL} from '../../src/domain/uapi.gen.js';

const TERMS = {
  path: '/srv/a.db',
  suffix: null,
  name: null,
  tree: false,
  children: false,
  strict: false,
  untilExit: false,
  against: false,
  otherwise: 0,
  error: 13,
  defaultVerdict: 1,
  deadline: 5000,
  exes: [],
  uids: [],
  gids: [],
  loginuids: [],
  cgroups: [],
};

export const REQUEST: RuleRequest = {...TERMS, ops: 0, pids: [], ttl: 0};

export const RULE: KernelRule = {
  ...TERMS,
  id: 1,
  ops: FGUARD_OPS_ALL,
  grants: [],
  expiresAt: null,
  allowed: 0,
  denied: 0,
  asked: 0,
  expired: 0,
};
