// SPDX-License-Identifier: MIT

export const COUNTERS = ['allowed', 'denied', 'events', 'lost', 'asked', 'expired'] as const;

/** What the module says of itself. */
export interface KernelStatus {
  version: string;
  abi: number;
  rules: number;
  subscribers: number;
  answerers: number;
  /** Rules and module, until the machine restarts. */
  locked: boolean;
  counters: Record<(typeof COUNTERS)[number], number>;
  hooks: {function: string; ops: number; state: number}[];
}
