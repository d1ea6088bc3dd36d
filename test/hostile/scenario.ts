// SPDX-License-Identifier: MIT
import type {Stage} from './stage.js';

export interface Scenario {
  /** The name for --only. */
  name: string;
  /** What must be true whatever the users do. */
  claim: string;
  /** Its relative share of the time; 1 if absent. */
  weight?: number;
  /** Seconds that preparing and checking usually take in addition; 5 if absent. */
  staging?: number;
  run: (stage: Stage) => Promise<void>;
}
