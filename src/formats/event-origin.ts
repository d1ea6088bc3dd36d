// SPDX-License-Identifier: MIT
import {escapeComm, escapeText} from '../domain/text.js';

/** The origin of events, for logs. */
export interface EventOrigin {
  host: string;
  /** Version of fguard. */
  version: string;
  /** Release of the kernel. */
  kernel: string;
  userName: (uid: number) => string;
}

/** The parts of a path that exist. */
export function pathParts(path: string): {path: string; name: string; directory: string} {
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1) || path;
  return {path, name, directory: slash > 0 ? path.slice(0, slash) : '/'};
}

/** A sentence for a reader of the log; names are escaped, because other users chose them. */
export const accessSentence = (
  comm: string,
  pid: number,
  verdict: string,
  op: string,
  path: string,
): string =>
  `${escapeComm(comm)}[${pid}] ${verdict === 'deny' ? 'was denied' : 'was allowed'} to ${op} ${escapeText(path)}`;
