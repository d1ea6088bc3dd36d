// SPDX-License-Identifier: MIT
import type {Stage} from './stage.js';

export interface Scenario {
  /** For --only. */
  name: string;
  /** What must hold, whatever the users do. */
  claim: string;
  /** How much of the time it gets; 1 if absent. */
  weight?: number;
  run: (stage: Stage) => Promise<void>;
}
