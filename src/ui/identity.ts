// SPDX-License-Identifier: MIT
import {escapeText} from '../domain/text.js';
import {dim, strong} from './paint.js';

interface Identity {
  pid: number;
  ppid: number;
  comm: string;
  exe: string | null;
  uid: number;
  uidName: string;
  loginuid: number | null;
  user: string | null;
  cgroup: string | null;
}

const shown = (text: string | null, absent: string): string =>
  text === null ? dim(absent) : escapeText(text);

export function identityLines(identity: Identity): string[] {
  const {pid, ppid, comm, exe, uid, uidName, loginuid, user, cgroup} = identity;
  const login = user === null ? null : `${user} (${loginuid ?? ''})`;
  return [
    `${strong('process')}  ${pid} ${escapeText(comm)}, child of ${ppid}`,
    `${strong('exe')}      ${shown(exe, 'a kernel thread, or not yours to see')}`,
    `${strong('user')}     ${escapeText(uidName)} (${uid})`,
    `${strong('login')}    ${shown(login, 'nobody logged in')}`,
    `${strong('cgroup')}   ${shown(cgroup, 'unknown')}`,
  ];
}
