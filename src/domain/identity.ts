// SPDX-License-Identifier: MIT

/** Who a process is. */
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
