// SPDX-License-Identifier: MIT

/** The identity of a process. */
export interface ProcessIdentity {
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
