// SPDX-License-Identifier: MIT
import {endianness} from 'node:os';

import {fguard_record as HEAD} from './uapi.gen.js';

export const LITTLE = endianness() === 'LE';
const HIGH = 2 ** 32;

/* Sequence numbers and counters cannot reach 2^53 in the uptime of a machine. */
export function count64(view: DataView, at: number): number {
  const [low, high] = LITTLE ? [at, at + 4] : [at + 4, at];
  return view.getUint32(high, LITTLE) * HIGH + view.getUint32(low, LITTLE);
}

/** One packed record of a batch; its members are decoded on access. */
export abstract class PackedRecord {
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
