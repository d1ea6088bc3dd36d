// SPDX-License-Identifier: MIT
import {endianness} from 'node:os';

import {
  FGUARD_CUT_EXE,
  FGUARD_CUT_NEW_PATH,
  FGUARD_CUT_PATH,
  FGUARD_NO_LOGIN,
  fguard_access_record as ACCESS,
  fguard_gap_record as GAP,
  fguard_record as HEAD,
  fguard_record_type as TYPE,
} from '../uapi.gen.js';
import {decodePath} from './text.js';

const LITTLE = endianness() === 'LE';
const HIGH = 2 ** 32;

/* Sequence numbers and counts stay below 2^53 for longer than a machine runs. */
function count64(view: DataView, at: number): number {
  const [low, high] = LITTLE ? [at, at + 4] : [at + 4, at];
  return view.getUint32(high, LITTLE) * HIGH + view.getUint32(low, LITTLE);
}

/** One packed record of a batch, read only where it is looked at. */
abstract class PackedRecord {
  constructor(
    protected readonly view: DataView,
    protected readonly at: number,
  ) {}

  get seq(): number {
    return count64(this.view, this.at + HEAD.seq);
  }

  get time(): bigint {
    return this.time64(HEAD.time);
  }

  protected u32(offset: number): number {
    return this.view.getUint32(this.at + offset, LITTLE);
  }

  protected u16(offset: number): number {
    return this.view.getUint16(this.at + offset, LITTLE);
  }

  protected u8(offset: number): number {
    return this.view.getUint8(this.at + offset);
  }

  protected time64(offset: number): bigint {
    return this.view.getBigUint64(this.at + offset, LITTLE);
  }
}

/** Somebody did, or tried, something to a file. */
export class AccessRecord extends PackedRecord {
  readonly type = 'access';

  constructor(
    private readonly bytes: Buffer,
    view: DataView,
    at: number,
  ) {
    super(view, at);
  }

  get rule(): number {
    return this.u32(ACCESS.rule);
  }
  get pid(): number {
    return this.u32(ACCESS.pid);
  }
  get tid(): number {
    return this.u32(ACCESS.tid);
  }
  get ppid(): number {
    return this.u32(ACCESS.ppid);
  }
  get uid(): number {
    return this.u32(ACCESS.uid);
  }
  get loginuid(): number | null {
    const value = this.u32(ACCESS.loginuid);
    return value === FGUARD_NO_LOGIN ? null : value;
  }
  get openFlags(): number {
    return this.u32(ACCESS.open_flags);
  }
  get op(): number {
    return this.u8(ACCESS.op);
  }
  get verdict(): number {
    return this.u8(ACCESS.verdict);
  }
  get reason(): number {
    return this.u8(ACCESS.reason);
  }
  get path(): string {
    return this.text(0, this.pathLength, FGUARD_CUT_PATH);
  }
  get newPath(): string | null {
    if (this.newPathLength === 0) return null;
    return this.text(this.pathLength, this.newPathLength, FGUARD_CUT_NEW_PATH);
  }
  get exe(): string | null {
    const length = this.u16(ACCESS.exe_length);
    const start = this.pathLength + this.newPathLength;
    return length === 0 ? null : this.text(start, length, FGUARD_CUT_EXE);
  }
  get comm(): string {
    const start = this.pathLength + this.newPathLength + this.u16(ACCESS.exe_length);
    return this.text(start, this.u16(ACCESS.comm_length), 0);
  }

  /** Bytes of the head and the strings, which must lie within the record. */
  get needed(): number {
    const strings = this.u16(ACCESS.exe_length) + this.u16(ACCESS.comm_length);
    return ACCESS.SIZE + this.pathLength + this.newPathLength + strings;
  }

  private get pathLength(): number {
    return this.u16(ACCESS.path_length);
  }
  private get newPathLength(): number {
    return this.u16(ACCESS.new_path_length);
  }

  /* A string that lost its front begins with an ellipsis, so that it cannot pass for a whole path. */
  private text(start: number, length: number, cut: number): string {
    const from = this.at + ACCESS.SIZE + start;
    const text = decodePath(this.bytes, from, from + length);
    return (this.u8(ACCESS.cut) & cut) === 0 ? text : `…${text}`;
  }
}

/** Records that found no room, at this point of the stream. */
export class GapRecord extends PackedRecord {
  readonly type = 'gap';

  get lost(): number {
    return count64(this.view, this.at + GAP.lost);
  }
  get from(): bigint {
    return this.time64(GAP.from);
  }
  get to(): bigint {
    return this.time64(GAP.to);
  }
}

export type EventRecord = AccessRecord | GapRecord;

const malformed = (what: string): Error => new Error(`malformed event record: ${what}`);

function recordAt(bytes: Buffer, view: DataView, at: number, length: number): EventRecord | null {
  switch (view.getUint8(at + HEAD.type)) {
    case TYPE.FGUARD_RECORD_ACCESS: {
      if (length < ACCESS.SIZE) throw malformed('access too short');
      const record = new AccessRecord(bytes, view, at);
      if (record.needed > length) throw malformed('strings beyond the end');
      return record;
    }
    case TYPE.FGUARD_RECORD_GAP:
      if (length < GAP.SIZE) throw malformed('gap too short');
      return new GapRecord(view, at);
    default:
      return null;
  }
}

/** The records of a batch, in order; types that are not known are stepped over. */
export function* records(batch: Uint8Array): Generator<EventRecord> {
  const bytes = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength);
  const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
  for (let at = 0; at < batch.byteLength;) {
    if (at + HEAD.SIZE > batch.byteLength) throw malformed('head beyond the end');
    const length = view.getUint16(at + HEAD.length, LITTLE);
    if (length < HEAD.SIZE || length % 8 !== 0) throw malformed(`length ${length}`);
    if (at + length > batch.byteLength) throw malformed('record beyond the end');
    const record = recordAt(bytes, view, at, length);
    if (record !== null) yield record;
    at += length;
  }
}
