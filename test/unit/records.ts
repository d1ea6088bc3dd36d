// SPDX-License-Identifier: MIT
/* Packs records as the kernel does, for tests of their reader. */
import {encodePath} from '../../src/domain/text.js';
import {
  FGUARD_RECORD_VERSION,
  fguard_access_record as ACCESS,
  fguard_closed_record as CLOSED,
  fguard_gap_record as GAP,
  fguard_question_record as QUESTION,
  fguard_record as HEAD,
  fguard_record_type as TYPE,
} from '../../src/domain/uapi.gen.js';

export interface AccessFields {
  seq: number;
  time: bigint;
  rule: number;
  pid: number;
  tid: number;
  ppid: number;
  uid: number;
  loginuid: number;
  open_flags: number;
  op: number;
  verdict: number;
  reason: number;
  cut: number;
  path: string;
  newPath: string;
  exe: string;
  comm: string;
}

export const anAccess: AccessFields = {
  seq: 1,
  time: 1_767_225_600_123_456_789n,
  rule: 7,
  pid: 100,
  tid: 101,
  ppid: 1,
  uid: 0,
  loginuid: 1000,
  open_flags: 0,
  op: 4,
  verdict: 1,
  reason: 1,
  cut: 0,
  path: '/srv/a.db',
  newPath: '',
  exe: '/usr/bin/rm',
  comm: 'rm',
};

function head(size: number, type: number, seq: number, time: bigint): Buffer {
  const bytes = Buffer.alloc(Math.ceil(size / 8) * 8);
  bytes.writeUInt16LE(bytes.length, HEAD.length);
  bytes.writeUInt8(FGUARD_RECORD_VERSION, HEAD.version);
  bytes.writeUInt8(type, HEAD.type);
  bytes.writeBigUInt64LE(BigInt(seq), HEAD.seq);
  bytes.writeBigUInt64LE(time, HEAD.time);
  return bytes;
}

export function packAccess(fields: Partial<AccessFields> = {}): Buffer {
  const all = {...anAccess, ...fields};
  const strings = [all.path, all.newPath, all.exe, all.comm].map(encodePath);
  const size = ACCESS.SIZE + Buffer.concat(strings).length;
  const bytes = head(size, TYPE.FGUARD_RECORD_ACCESS, all.seq, all.time);
  for (const name of ['rule', 'pid', 'tid', 'ppid', 'uid', 'loginuid', 'open_flags'] as const)
    bytes.writeUInt32LE(all[name], ACCESS[name]);
  for (const name of ['op', 'verdict', 'reason', 'cut'] as const)
    bytes.writeUInt8(all[name], ACCESS[name]);
  const lengths = ['path_length', 'new_path_length', 'exe_length', 'comm_length'] as const;
  lengths.forEach((name, index) => bytes.writeUInt16LE(strings[index]?.length ?? 0, ACCESS[name]));
  Buffer.concat(strings).copy(bytes, ACCESS.SIZE);
  return bytes;
}

/** A question as the kernel asks it: an access, wrapped. */
export function packQuestion(
  id: bigint,
  deadline: bigint,
  fields: Partial<AccessFields>,
  script = '',
): Buffer {
  const access = packAccess(fields);
  const path = encodePath(script);
  const size = QUESTION.access + access.length + path.length;
  const bytes = head(size, TYPE.FGUARD_RECORD_QUESTION, fields.seq ?? 1, 0n);
  bytes.writeBigUInt64LE(id, QUESTION.id);
  bytes.writeBigUInt64LE(deadline, QUESTION.deadline);
  access.copy(bytes, QUESTION.access);
  bytes.writeUInt16LE(path.length, HEAD.script_length);
  path.copy(bytes, QUESTION.access + access.length);
  return bytes;
}

export function packClosed(id: bigint, reason: number, verdict: number): Buffer {
  const bytes = head(CLOSED.SIZE, TYPE.FGUARD_RECORD_CLOSED, 1, 0n);
  bytes.writeBigUInt64LE(id, CLOSED.id);
  bytes.writeUInt8(reason, CLOSED.reason);
  bytes.writeUInt8(verdict, CLOSED.verdict);
  return bytes;
}

export function packGap(seq: number, lost: number, from: bigint, to: bigint): Buffer {
  const bytes = head(GAP.SIZE, TYPE.FGUARD_RECORD_GAP, seq, to);
  bytes.writeBigUInt64LE(BigInt(lost), GAP.lost);
  bytes.writeBigUInt64LE(from, GAP.from);
  bytes.writeBigUInt64LE(to, GAP.to);
  return bytes;
}

/** A record of a type that a later module may send. */
export const packUnknown = (seq: number): Buffer => head(40, 99, seq, 0n);
