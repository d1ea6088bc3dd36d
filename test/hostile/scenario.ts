// SPDX-License-Identifier: MIT
import type {Stage} from './stage.js';

export interface Scenario {
  /** For --only. */
  name: string;
  /** What must hold, whatever the users do. */
  claim: string;
  /** How much of the time it gets; 1 if absent. */
  weight?: number;
  /** Seconds that it usually takes beyond what it gets, to set the stage and to look at it; 5 if absent. */
  staging?: number;
  run: (stage: Stage) => Promise<void>;
}
