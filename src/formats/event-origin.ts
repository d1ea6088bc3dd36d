// SPDX-License-Identifier: MIT
import {escapeComm, escapeText} from '../domain/text.js';

/** What a log must say of where its events come from. */
export interface EventOrigin {
  host: string;
  /** Version of fguard. */
  version: string;
  /** The kernel that decided. */
  kernel: string;
  userName: (uid: number) => string;
}

/** Parts of a path, as far as there are any. */
export function pathParts(path: string): {path: string; name: string; directory: string} {
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1) || path;
  return {path, name, directory: slash > 0 ? path.slice(0, slash) : '/'};
}

/** A sentence for whoever reads the log, perhaps on a terminal: others chose the names in it. */
export const accessSentence = (
  comm: string,
  pid: number,
  verdict: string,
  op: string,
  path: string,
): string =>
  `${escapeComm(comm)}[${pid}] ${verdict === 'deny' ? 'was denied' : 'was allowed'} to ${op} ${escapeText(path)}`;
