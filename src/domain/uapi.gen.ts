// SPDX-License-Identifier: MIT
// Generated from kmod/uapi/fguard.h by `npm run gen:uapi`; do not edit.

export const FGUARD_GENL_NAME = "fguard";
export const FGUARD_GENL_VERSION = 1;
export const FGUARD_RULES_PER_ADD = 1024;
export const FGUARD_NAME_MAX = 64;
export const FGUARD_SUBJECTS_MAX = 1024;
export const FGUARD_FILTERS_MAX = 256;
export const FGUARD_QUESTIONS_MAX = 4096;
export const FGUARD_QUESTIONS_SHARE = 1024;
export const FGUARD_ANSWERS_MAX = 512;
export const FGUARD_FORGET_MAX = 4096;
export const FGUARD_TIMEOUT_DEFAULT = 5000;
export const FGUARD_TIMEOUT_MAX = 86400000;
export const FGUARD_TTL_MAX = 3153600000000;
export const FGUARD_CMD_MAX = 13;
export const FGUARD_A_MAX = 7;
export const FGUARD_OPS_ALL = 2047;
export const FGUARD_VERDICTS_ALL = 3;
export const FGUARD_RULE_EXISTS = 1;
export const FGUARD_RULE_REPLACED = 2;
export const FGUARD_RULE_TREE = 4;
export const FGUARD_RULE_CHILDREN = 8;
export const FGUARD_RULE_UNTIL_EXIT = 16;
export const FGUARD_RULE_STRICT = 32;
export const FGUARD_RULE_AGAINST = 64;
export const FGUARD_RULE_UNTIL_CLOSED = 128;
export const FGUARD_RULE_FLAGS_ALL = 252;
export const FGUARD_RULE_EXE_PENDING = 256;
export const FGUARD_RULE_A_MAX = 23;
export const FGUARD_GRANT_A_MAX = 3;
export const FGUARD_SUBSCRIBE_ALL = 1;
export const FGUARD_SUBSCRIBE_ANSWER = 2;
export const FGUARD_SUBSCRIBE_FLAGS_ALL = 3;
export const FGUARD_SUBSCRIPTION_A_MAX = 9;
export const FGUARD_ANSWER_A_MAX = 5;
export const FGUARD_REMEMBERED_A_MAX = 13;
export const FGUARD_STATUS_A_MAX = 14;
export const FGUARD_HOOK_A_MAX = 3;
export const FGUARD_MATCH_A_MAX = 5;
export const FGUARD_EXPLAIN_A_MAX = 7;
export const FGUARD_RECORD_VERSION = 1;
export const FGUARD_RECORD_MAX = 16384;
export const FGUARD_CUT_PATH = 1;
export const FGUARD_CUT_NEW_PATH = 2;
export const FGUARD_CUT_EXE = 4;
export const FGUARD_CUT_SCRIPT = 8;
export const FGUARD_NO_LOGIN = 4294967295;

export const fguard_command = {
  FGUARD_CMD_UNSPEC: 0,
  FGUARD_CMD_GET_STATUS: 1,
  FGUARD_CMD_ADD_RULES: 2,
  FGUARD_CMD_SET_RULES: 3,
  FGUARD_CMD_DEL_RULES: 4,
  FGUARD_CMD_GET_RULES: 5,
  FGUARD_CMD_SUBSCRIBE: 6,
  FGUARD_CMD_EVENTS: 7,
  FGUARD_CMD_EXPLAIN: 8,
  FGUARD_CMD_ANSWER: 9,
  FGUARD_CMD_GET_QUESTIONS: 10,
  FGUARD_CMD_LOCK: 11,
  FGUARD_CMD_GET_ANSWERS: 12,
  FGUARD_CMD_FORGET: 13,
  __FGUARD_CMD_MAX: 14,
} as const;

export const fguard_attr = {
  FGUARD_A_UNSPEC: 0,
  FGUARD_A_STATUS: 1,
  FGUARD_A_RULE: 2,
  FGUARD_A_SUBSCRIPTION: 3,
  FGUARD_A_EVENTS: 4,
  FGUARD_A_EXPLAIN: 5,
  FGUARD_A_ANSWER: 6,
  FGUARD_A_REMEMBERED: 7,
  __FGUARD_A_MAX: 8,
} as const;

export const fguard_op = {
  FGUARD_OP_READ: 0,
  FGUARD_OP_WRITE: 1,
  FGUARD_OP_EXEC: 2,
  FGUARD_OP_CREATE: 3,
  FGUARD_OP_DELETE: 4,
  FGUARD_OP_RENAME: 5,
  FGUARD_OP_LINK: 6,
  FGUARD_OP_TRUNCATE: 7,
  FGUARD_OP_ATTR: 8,
  FGUARD_OP_LIST: 9,
  FGUARD_OP_MOUNT: 10,
  __FGUARD_OP_MAX: 11,
} as const;

export const fguard_else = {
  FGUARD_ELSE_DENY: 0,
  FGUARD_ELSE_LOG: 1,
  FGUARD_ELSE_ASK: 2,
  __FGUARD_ELSE_MAX: 3,
} as const;

export const fguard_verdict = {
  FGUARD_VERDICT_ALLOW: 0,
  FGUARD_VERDICT_DENY: 1,
  __FGUARD_VERDICT_MAX: 2,
} as const;

export const fguard_reason = {
  FGUARD_REASON_NONE: 0,
  FGUARD_REASON_RULE: 1,
  FGUARD_REASON_GRANT: 2,
  FGUARD_REASON_DEFAULT: 3,
  FGUARD_REASON_ANSWER: 4,
  FGUARD_REASON_EXPIRED: 5,
  FGUARD_REASON_UNASKABLE: 6,
  FGUARD_REASON_ASK: 7,
  __FGUARD_REASON_MAX: 8,
} as const;

export const fguard_detail = {
  FGUARD_DETAIL_NONE: 0,
  FGUARD_DETAIL_NO_ANSWERER: 1,
  FGUARD_DETAIL_ANSWERER_GONE: 2,
  FGUARD_DETAIL_QUEUE_FULL: 3,
  FGUARD_DETAIL_RULE_GONE: 4,
  FGUARD_DETAIL_REMEMBERED: 5,
  FGUARD_DETAIL_ANSWERER: 6,
  FGUARD_DETAIL_TRACING: 7,
  FGUARD_DETAIL_POSING: 8,
  FGUARD_DETAIL_TAKING: 9,
  __FGUARD_DETAIL_MAX: 10,
} as const;

export const fguard_lifetime = {
  FGUARD_LIFETIME_ONCE: 0,
  FGUARD_LIFETIME_PROCESS: 1,
  FGUARD_LIFETIME_TIME: 2,
  FGUARD_LIFETIME_FOREVER: 3,
  __FGUARD_LIFETIME_MAX: 4,
} as const;

export const fguard_rule_attr = {
  FGUARD_RULE_A_UNSPEC: 0,
  FGUARD_RULE_A_PAD: 1,
  FGUARD_RULE_A_ID: 2,
  FGUARD_RULE_A_NAME: 3,
  FGUARD_RULE_A_PATH: 4,
  FGUARD_RULE_A_OPS: 5,
  FGUARD_RULE_A_ELSE: 6,
  FGUARD_RULE_A_ERRNO: 7,
  FGUARD_RULE_A_PIDS: 8,
  FGUARD_RULE_A_GRANT: 9,
  FGUARD_RULE_A_FLAGS: 10,
  FGUARD_RULE_A_ALLOWED: 11,
  FGUARD_RULE_A_DENIED: 12,
  FGUARD_RULE_A_SUFFIX: 13,
  FGUARD_RULE_A_UIDS: 14,
  FGUARD_RULE_A_GIDS: 15,
  FGUARD_RULE_A_LOGINUIDS: 16,
  FGUARD_RULE_A_EXE: 17,
  FGUARD_RULE_A_CGROUP: 18,
  FGUARD_RULE_A_TTL: 19,
  FGUARD_RULE_A_DEFAULT: 20,
  FGUARD_RULE_A_TIMEOUT: 21,
  FGUARD_RULE_A_ASKED: 22,
  FGUARD_RULE_A_EXPIRED: 23,
  __FGUARD_RULE_A_MAX: 24,
} as const;

export const fguard_grant_attr = {
  FGUARD_GRANT_A_UNSPEC: 0,
  FGUARD_GRANT_A_PID: 1,
  FGUARD_GRANT_A_COMM: 2,
  FGUARD_GRANT_A_ALIVE: 3,
  __FGUARD_GRANT_A_MAX: 4,
} as const;

export const fguard_subscription_attr = {
  FGUARD_SUBSCRIPTION_A_UNSPEC: 0,
  FGUARD_SUBSCRIPTION_A_FLAGS: 1,
  FGUARD_SUBSCRIPTION_A_OPS: 2,
  FGUARD_SUBSCRIPTION_A_VERDICTS: 3,
  FGUARD_SUBSCRIPTION_A_PATH: 4,
  FGUARD_SUBSCRIPTION_A_TREE: 5,
  FGUARD_SUBSCRIPTION_A_SUFFIX: 6,
  FGUARD_SUBSCRIPTION_A_PID: 7,
  FGUARD_SUBSCRIPTION_A_EXE: 8,
  FGUARD_SUBSCRIPTION_A_UID: 9,
  __FGUARD_SUBSCRIPTION_A_MAX: 10,
} as const;

export const fguard_answer_attr = {
  FGUARD_ANSWER_A_UNSPEC: 0,
  FGUARD_ANSWER_A_PAD: 1,
  FGUARD_ANSWER_A_ID: 2,
  FGUARD_ANSWER_A_VERDICT: 3,
  FGUARD_ANSWER_A_LIFETIME: 4,
  FGUARD_ANSWER_A_TTL: 5,
  __FGUARD_ANSWER_A_MAX: 6,
} as const;

export const fguard_remembered_attr = {
  FGUARD_REMEMBERED_A_UNSPEC: 0,
  FGUARD_REMEMBERED_A_PAD: 1,
  FGUARD_REMEMBERED_A_ID: 2,
  FGUARD_REMEMBERED_A_RULE: 3,
  FGUARD_REMEMBERED_A_OPS: 4,
  FGUARD_REMEMBERED_A_VERDICT: 5,
  FGUARD_REMEMBERED_A_LIFETIME: 6,
  FGUARD_REMEMBERED_A_PID: 7,
  FGUARD_REMEMBERED_A_COMM: 8,
  FGUARD_REMEMBERED_A_UID: 9,
  FGUARD_REMEMBERED_A_EXE: 10,
  FGUARD_REMEMBERED_A_SCRIPT: 11,
  FGUARD_REMEMBERED_A_TTL: 12,
  FGUARD_REMEMBERED_A_GIVEN: 13,
  __FGUARD_REMEMBERED_A_MAX: 14,
} as const;

export const fguard_status_attr = {
  FGUARD_STATUS_A_UNSPEC: 0,
  FGUARD_STATUS_A_PAD: 1,
  FGUARD_STATUS_A_VERSION: 2,
  FGUARD_STATUS_A_RULES: 3,
  FGUARD_STATUS_A_SUBSCRIBERS: 4,
  FGUARD_STATUS_A_ALLOWED: 5,
  FGUARD_STATUS_A_DENIED: 6,
  FGUARD_STATUS_A_EVENTS: 7,
  FGUARD_STATUS_A_LOST: 8,
  FGUARD_STATUS_A_HOOK: 9,
  FGUARD_STATUS_A_ANSWERERS: 10,
  FGUARD_STATUS_A_WAITING: 11,
  FGUARD_STATUS_A_ASKED: 12,
  FGUARD_STATUS_A_EXPIRED: 13,
  FGUARD_STATUS_A_LOCKED: 14,
  __FGUARD_STATUS_A_MAX: 15,
} as const;

export const fguard_hook_state = {
  FGUARD_HOOK_IDLE: 0,
  FGUARD_HOOK_ACTIVE: 1,
  FGUARD_HOOK_MISSING: 2,
  __FGUARD_HOOK_STATE_MAX: 3,
} as const;

export const fguard_hook_attr = {
  FGUARD_HOOK_A_UNSPEC: 0,
  FGUARD_HOOK_A_FUNCTION: 1,
  FGUARD_HOOK_A_OPS: 2,
  FGUARD_HOOK_A_STATE: 3,
  __FGUARD_HOOK_A_MAX: 4,
} as const;

export const fguard_match_kind = {
  FGUARD_MATCH_SUFFIX: 0,
  FGUARD_MATCH_TREE: 1,
  FGUARD_MATCH_PATH: 2,
  __FGUARD_MATCH_MAX: 3,
} as const;

export const fguard_match_attr = {
  FGUARD_MATCH_A_UNSPEC: 0,
  FGUARD_MATCH_A_RULE: 1,
  FGUARD_MATCH_A_KIND: 2,
  FGUARD_MATCH_A_DISTANCE: 3,
  FGUARD_MATCH_A_CONCERNED: 4,
  FGUARD_MATCH_A_ALLOWED: 5,
  __FGUARD_MATCH_A_MAX: 6,
} as const;

export const fguard_explain_attr = {
  FGUARD_EXPLAIN_A_UNSPEC: 0,
  FGUARD_EXPLAIN_A_PATH: 1,
  FGUARD_EXPLAIN_A_OP: 2,
  FGUARD_EXPLAIN_A_PID: 3,
  FGUARD_EXPLAIN_A_VERDICT: 4,
  FGUARD_EXPLAIN_A_REASON: 5,
  FGUARD_EXPLAIN_A_RULE: 6,
  FGUARD_EXPLAIN_A_MATCH: 7,
  __FGUARD_EXPLAIN_A_MAX: 8,
} as const;

export const fguard_record_type = {
  FGUARD_RECORD_ACCESS: 1,
  FGUARD_RECORD_GAP: 2,
  FGUARD_RECORD_QUESTION: 3,
  FGUARD_RECORD_CLOSED: 4,
} as const;

export const fguard_closed = {
  FGUARD_CLOSED_ANSWERED: 0,
  FGUARD_CLOSED_EXPIRED: 1,
  FGUARD_CLOSED_GONE: 2,
  __FGUARD_CLOSED_MAX: 3,
} as const;

/* Offsets of the members, and the size. */

export const fguard_record = {
  length: 0,
  version: 2,
  type: 3,
  detail: 4,
  reserved1: 5,
  script_length: 6,
  seq: 8,
  time: 16,
  SIZE: 24,
} as const;

export const fguard_access_record = {
  head: 0,
  rule: 24,
  pid: 28,
  tid: 32,
  ppid: 36,
  uid: 40,
  loginuid: 44,
  open_flags: 48,
  op: 52,
  verdict: 53,
  reason: 54,
  cut: 55,
  path_length: 56,
  new_path_length: 58,
  exe_length: 60,
  comm_length: 62,
  SIZE: 64,
} as const;

export const fguard_gap_record = {
  head: 0,
  lost: 24,
  from: 32,
  to: 40,
  SIZE: 48,
} as const;

export const fguard_question_record = {
  head: 0,
  id: 24,
  deadline: 32,
  access: 40,
  SIZE: 104,
} as const;

export const fguard_closed_record = {
  head: 0,
  id: 24,
  reason: 32,
  verdict: 33,
  reserved1: 34,
  reserved2: 36,
  SIZE: 40,
} as const;
