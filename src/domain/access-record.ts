// SPDX-License-Identifier: MIT
import {
  FGUARD_CUT_EXE,
  FGUARD_CUT_NEW_PATH,
  FGUARD_CUT_PATH,
  FGUARD_NO_LOGIN,
  fguard_access_record as ACCESS,
  fguard_record as HEAD,
} from './uapi.gen.js';
import {PackedRecord} from './packed-record.js';
import {decodePath} from './text.js';

/** An access to a file, allowed or denied. */
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
  /** Details of the reason. */
  get detail(): number {
    return this.u8(HEAD.detail);
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

  /** Length of the head and the strings, which must fit in the record. */
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

  /** Marks an incomplete path, so that it cannot be mistaken for a whole one. */
  marked(text: string, cut: number): string {
    return (this.u8(ACCESS.cut) & cut) === 0 ? text : `…${text}`;
  }

  private text(start: number, length: number, cut: number): string {
    const from = this.at + ACCESS.SIZE + start;
    return this.marked(decodePath(this.bytes, from, from + length), cut);
  }
}
