// SPDX-License-Identifier: MIT

/** What the module says of itself. */
export interface KernelStatus {
  version: string;
  abi: number;
  rules: number;
  subscribers: number;
  counters: {allowed: number; denied: number; events: number; lost: number};
  hooks: {function: string; ops: number; state: number}[];
}
