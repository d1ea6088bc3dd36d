// SPDX-License-Identifier: MIT
/* Answers that rules remember, from the library's structs. */
import type {Remembered} from '../domain/remembered.js';
import {readString} from './memory.js';

export interface RememberedInfo {
  comm: bigint | null;
  exe: bigint | null;
  script: bigint | null;
  id: number | bigint;
  ttl: number | bigint;
  given: number | bigint;
  rule: number;
  ops: number;
  verdict: number;
  lifetime: number;
  pid: number;
  uid: number;
}

const optional = (pointer: bigint | null): string | null =>
  pointer === null ? null : readString(pointer);

export function toRemembered(info: RememberedInfo): Remembered {
  const {rule, ops, verdict, lifetime, pid, uid} = info;
  const ttl = Number(info.ttl);
  return {
    id: Number(info.id),
    rule,
    ops,
    verdict,
    lifetime,
    pid: pid === 0 ? null : pid,
    comm: optional(info.comm) ?? '',
    uid,
    exe: optional(info.exe),
    script: optional(info.script),
    /* What is left of its time becomes a moment here, where it is still true. */
    expiresAt: ttl === 0 ? null : Date.now() + ttl,
    givenAt: BigInt(info.given),
  };
}
