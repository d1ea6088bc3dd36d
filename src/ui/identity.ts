// SPDX-License-Identifier: MIT
import type {ProcessIdentity} from '../domain/identity.js';
import {escapeText} from '../domain/text.js';
import {dim, strong} from './paint.js';

const shown = (text: string | null, absent: string): string =>
  text === null ? dim(absent) : escapeText(text);

export function identityLines(identity: ProcessIdentity): string[] {
  const {pid, ppid, comm, exe, uid, uidName, loginuid, user, cgroup} = identity;
  const login = user === null ? null : `${user} (${loginuid ?? ''})`;
  return [
    `${strong('process')}  ${pid} ${escapeText(comm)}, child of ${ppid}`,
    `${strong('exe')}      ${shown(exe, 'none (a kernel thread) or not visible to you')}`,
    `${strong('user')}     ${escapeText(uidName)} (${uid})`,
    `${strong('login')}    ${shown(login, 'no login session')}`,
    `${strong('cgroup')}   ${shown(cgroup, 'unknown')}`,
  ];
}
