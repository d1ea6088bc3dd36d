// SPDX-License-Identifier: MIT

export const COUNTERS = ['allowed', 'denied', 'events', 'lost', 'asked', 'expired'] as const;

/** The status that the module reports. */
export interface KernelStatus {
  version: string;
  abi: number;
  rules: number;
  subscribers: number;
  answerers: number;
  /** Rules and module are locked until reboot. */
  locked: boolean;
  counters: Record<(typeof COUNTERS)[number], number>;
  hooks: {function: string; ops: number; state: number}[];
}
