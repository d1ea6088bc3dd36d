// SPDX-License-Identifier: MIT
/* A rule with nothing special about it. */
import {type KernelRule, type RuleRequest, USUAL} from '../../src/domain/rule.js';

const TERMS = {...USUAL, path: '/srv/a.db'};

export const REQUEST: RuleRequest = {...TERMS, ops: 0, pids: [], ttl: 0};

export const RULE: KernelRule = {
  ...TERMS,
  id: 1,
  grants: [],
  expiresAt: null,
  allowed: 0,
  denied: 0,
  asked: 0,
  expired: 0,
};
