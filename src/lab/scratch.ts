// SPDX-License-Identifier: MIT
import {existsSync, lstatSync, readdirSync, rmSync} from 'node:fs';
import path from 'node:path';

import {makeScratchFolder, temporaryFolder} from '../linux/own-folder.js';

const PREFIX = 'fguard-vm-';

/* Another user could swap the content of their own directory while we remove it. */
const isOurs = (folder: string): boolean =>
  lstatSync(folder, {throwIfNoEntry: false})?.uid === process.geteuid?.();

/** Removes what killed runs have left. */
function sweep(): void {
  const place = temporaryFolder();
  for (const name of readdirSync(place)) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    const folder = path.join(place, name);
    if (isOurs(folder)) rmSync(folder, {recursive: true, force: true});
  }
}

/** A directory for a machine's sockets and console, removed at the latest when this process exits. */
export function makeScratch(): {dir: string; remove: () => void} {
  sweep();
  const dir = makeScratchFolder(`${PREFIX}${process.pid}-`);
  const remove = (): void => {
    process.off('exit', remove);
    rmSync(dir, {recursive: true, force: true});
  };
  process.on('exit', remove);
  return {dir, remove};
}
