// SPDX-License-Identifier: MIT
import {
  FGUARD_CUT_SCRIPT,
  fguard_access_record as ACCESS,
  fguard_closed_record as CLOSED,
  fguard_gap_record as GAP,
  fguard_question_record as QUESTION,
  fguard_record as HEAD,
  fguard_record_type as TYPE,
} from './uapi.gen.js';
import {AccessRecord} from './access-record.js';
import {LITTLE, PackedRecord, count64} from './packed-record.js';
import {decodePath} from './text.js';

export type {AccessRecord} from './access-record.js';

/** Records that were dropped at this point of the stream. */
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

/** A request that waits for an answer. */
export class QuestionRecord extends PackedRecord {
  readonly type = 'question';
  readonly access: AccessRecord;

  constructor(
    private readonly bytes: Buffer,
    view: DataView,
    at: number,
  ) {
    super(view, at);
    this.access = new AccessRecord(bytes, view, at + QUESTION.access);
  }

  /** The script that the waiter runs, to which longer answers are limited. */
  get script(): string | null {
    const [from, to] = this.scriptPlace;
    if (from === to) return null;
    return this.access.marked(decodePath(this.bytes, from, to), FGUARD_CUT_SCRIPT);
  }
  /** The minimum length of the record. */
  get needed(): number {
    return Math.max(QUESTION.access + this.access.needed, this.scriptPlace[1] - this.at);
  }
  private get scriptPlace(): [number, number] {
    const access = this.at + QUESTION.access;
    const from = access + this.view.getUint16(access + HEAD.length, LITTLE);
    return [from, from + this.u16(HEAD.script_length)];
  }

  get id(): bigint {
    return this.time64(QUESTION.id);
  }
  /** Nanoseconds since the epoch. */
  get deadline(): bigint {
    return this.time64(QUESTION.deadline);
  }
}

/** A question ended. */
export class ClosedRecord extends PackedRecord {
  readonly type = 'closed';

  get id(): bigint {
    return this.time64(CLOSED.id);
  }
  get reason(): number {
    return this.u8(CLOSED.reason);
  }
  /** The verdict on the access. */
  get verdict(): number {
    return this.u8(CLOSED.verdict);
  }
}

/** The records that a subscriber receives. */
export type EventRecord = AccessRecord | GapRecord;
/** The records that an answerer receives. */
export type AskRecord = QuestionRecord | ClosedRecord | GapRecord;

const malformed = (what: string): Error => new Error(`malformed event record: ${what}`);

const SIZES: Readonly<Record<number, number>> = {
  [TYPE.FGUARD_RECORD_ACCESS]: ACCESS.SIZE,
  [TYPE.FGUARD_RECORD_GAP]: GAP.SIZE,
  [TYPE.FGUARD_RECORD_QUESTION]: QUESTION.SIZE,
  [TYPE.FGUARD_RECORD_CLOSED]: CLOSED.SIZE,
};

function requireStrings(needed: number, length: number): void {
  if (needed > length) throw malformed('strings beyond the end');
}

type AnyRecord = EventRecord | AskRecord;

function recordAt(bytes: Buffer, view: DataView, at: number, length: number): AnyRecord | null {
  const type = view.getUint8(at + HEAD.type);
  if (length < (SIZES[type] ?? 0)) throw malformed('too short for its type');
  switch (type) {
    case TYPE.FGUARD_RECORD_ACCESS: {
      const record = new AccessRecord(bytes, view, at);
      requireStrings(record.needed, length);
      return record;
    }
    case TYPE.FGUARD_RECORD_QUESTION: {
      const record = new QuestionRecord(bytes, view, at);
      requireStrings(record.needed, length);
      return record;
    }
    case TYPE.FGUARD_RECORD_CLOSED:
      return new ClosedRecord(view, at);
    case TYPE.FGUARD_RECORD_GAP:
      return new GapRecord(view, at);
    default:
      return null;
  }
}

/* Unknown types are skipped. */
function* allRecords(batch: Uint8Array): Generator<AnyRecord> {
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

const isEvent = (record: AnyRecord): record is EventRecord =>
  record.type === 'access' || record.type === 'gap';

/** The events of a batch, in order. */
export function* records(batch: Uint8Array): Generator<EventRecord> {
  for (const record of allRecords(batch)) if (isEvent(record)) yield record;
}

/** The records of a batch for an answerer, in order. */
export function* askRecords(batch: Uint8Array): Generator<AskRecord> {
  for (const record of allRecords(batch)) if (record.type !== 'access') yield record;
}
