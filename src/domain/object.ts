// SPDX-License-Identifier: MIT
import type {HeldAccess} from './open-flags.js';
import type {KernelRule} from './rule.js';

/** The names of a file: how many there are, and the others that were found nearby. */
export interface HardLinks {
  count: number;
  others: readonly string[];
}

/** A process that has had a file open or mapped since before the rule. */
export interface Holder {
  pid: number;
  comm: string;
  fd: number | null;
  /** Null: what it has mapped could not be determined. */
  path: string | null;
  access: HeldAccess | 'map' | 'unknown';
}

/** A device, or a file behind one, that holds the data of a file: a way around every rule about it. */
export interface Bypass {
  path: string;
  /** Whether rules guard it as they guard the file. */
  guarded: boolean;
}

/** Something that no rule covers: mounted below a guarded directory, or in a layer of it. */
export interface Unreached {
  path: string;
  isDirectory: boolean;
}

/** An active rule, and what the user should know about its object. */
export interface Protected {
  rule: KernelRule;
  exists: boolean;
  replaced: boolean;
  isDirectory: boolean;
  links: HardLinks | null;
  unreached: readonly Unreached[];
  layers: readonly Unreached[];
}
