// SPDX-License-Identifier: MIT
import {existsSync, lstatSync, readdirSync, rmSync} from 'node:fs';
import path from 'node:path';

import {makeScratchFolder, temporaryFolder} from '../linux/own-folder.js';

const PREFIX = 'fguard-vm-';

/* Somebody else could swap what is in a folder of theirs while we remove it. */
const isOurs = (folder: string): boolean =>
  lstatSync(folder, {throwIfNoEntry: false})?.uid === process.geteuid?.();

/** What runs that were killed have left. */
function sweep(): void {
  const place = temporaryFolder();
  for (const name of readdirSync(place)) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    const folder = path.join(place, name);
    if (isOurs(folder)) rmSync(folder, {recursive: true, force: true});
  }
}

/** A folder for a machine's sockets and console; it goes away with this process at the latest. */
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
