// SPDX-License-Identifier: MIT
import {afterAll, beforeAll} from 'vitest';
import {vm} from '../runner/shared.js';
import {Actor} from './actor.js';
import {Guard} from './guard.js';

/** The module loaded and empty, a folder of one's own, and somebody who is never allowed. */
export interface Lab {
  readonly directory: string;
  guard: Guard;
  /** To be named in rules. */
  owner: Actor;
  intruder: Actor;
  path: (name: string) => string;
  /** After the module was removed and inserted. */
  reconnect(): Promise<void>;
}

/** @param name of the folder, so that files do not meet */
export function useLab(name: string): Lab {
  const directory = `/tmp/${name}`;
  const lab = {directory, path: (file: string) => `${directory}/${file}`} as Lab;
  lab.reconnect = async () => {
    await lab.guard.end();
    lab.guard = new Guard();
  };
  beforeAll(async () => {
    await vm.ok(`modprobe fguard && rm -rf ${directory} && mkdir -p ${directory}`);
    lab.guard = new Guard();
    lab.owner = await Actor.start();
    lab.intruder = await Actor.start();
    await lab.guard.clear();
  });
  afterAll(async () => {
    await lab.guard.clear();
    await Promise.all([lab.guard.end(), lab.owner.end(), lab.intruder.end()]);
  });
  return lab;
}
