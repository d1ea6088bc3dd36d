// SPDX-License-Identifier: MIT
import {existsSync, mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';

const PREFIX = 'fguard-vm-';

/** What runs that were killed have left. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    rmSync(path.join(tmpdir(), name), {recursive: true, force: true});
  }
}

/** A folder for a machine's sockets and console; it goes away with this process at the latest. */
export function makeScratch(): {dir: string; remove: () => void} {
  sweep();
  const dir = mkdtempSync(path.join(tmpdir(), `${PREFIX}${process.pid}-`));
  const remove = (): void => {
    process.off('exit', remove);
    rmSync(dir, {recursive: true, force: true});
  };
  process.on('exit', remove);
  return {dir, remove};
}
