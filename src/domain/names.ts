// SPDX-License-Identifier: MIT
import {
  fguard_closed,
  fguard_detail,
  fguard_else,
  fguard_hook_state,
  fguard_lifetime,
  fguard_match_kind,
  fguard_op,
  fguard_reason,
  fguard_verdict,
} from './uapi.gen.js';

/* FGUARD_DETAIL_NO_ANSWERER is "no-answerer". */
const spoken = (name: string): string => name.toLowerCase().replaceAll('_', '-');

/** The values of an enum of the protocol by the names that people use: FGUARD_OP_READ is "read". */
export class Names {
  readonly list: readonly string[];
  private readonly byValue: string[] = [];

  constructor(values: Readonly<Record<string, number>>, prefix: string) {
    for (const [name, value] of Object.entries(values))
      if (name.startsWith(prefix)) this.byValue[value] = spoken(name.slice(prefix.length));
    this.list = this.byValue.filter(Boolean);
  }

  /** A newer module may have values that we do not know. */
  name(value: number): string {
    return this.byValue[value] ?? `unknown-${value}`;
  }

  value(name: string): number | undefined {
    const value = this.byValue.indexOf(name);
    return value < 0 ? undefined : value;
  }

  /** The names of the bits in a mask of 1 << value. */
  fromMask(mask: number): string[] {
    return this.list.filter((name) => (mask & (1 << this.byValue.indexOf(name))) !== 0);
  }

  toMask(names: readonly string[]): number {
    return names.reduce((mask, name) => mask | (1 << (this.value(name) ?? 0)), 0);
  }
}

export const OPS = new Names(fguard_op, 'FGUARD_OP_');
export const VERDICTS = new Names(fguard_verdict, 'FGUARD_VERDICT_');
export const REASONS = new Names(fguard_reason, 'FGUARD_REASON_');
export const ELSES = new Names(fguard_else, 'FGUARD_ELSE_');
export const DETAILS = new Names(fguard_detail, 'FGUARD_DETAIL_');
export const LIFETIMES = new Names(fguard_lifetime, 'FGUARD_LIFETIME_');
export const CLOSINGS = new Names(fguard_closed, 'FGUARD_CLOSED_');
export const HOOK_STATES = new Names(fguard_hook_state, 'FGUARD_HOOK_');
export const MATCH_KINDS = new Names(fguard_match_kind, 'FGUARD_MATCH_');
