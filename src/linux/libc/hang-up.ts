// SPDX-License-Identifier: MIT
import koffi, {type KoffiFunc} from 'koffi';
import {closeSync, fstatSync} from 'node:fs';

export interface HangUpWatch {
  stop(): void;
}

/* The event loop accepts a file descriptor only once, and the writing stream already uses it. */
const dup = koffi.load(null).func('int dup(int fd)') as KoffiFunc<(fd: number) => number>;

/**
 * Calls back once the pipe or socket of a file descriptor has no reader any more.
 * A write would also detect that, but a stream without events does not write.
 */
export function onHangUp(fd: number, callback: () => void): HangUpWatch {
  const kind = fstatSync(fd);
  if (!kind.isFIFO() && !kind.isSocket()) return {stop: () => undefined};
  const copy = dup(fd);
  let stopped = false;
  const handle = koffi.node.poll(copy, {disconnect: true}, () => {
    stop();
    callback();
  });
  const stop = (): void => {
    if (stopped) return;
    stopped = true;
    handle.close();
    closeSync(copy);
  };
  return {stop};
}
