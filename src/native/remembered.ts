// SPDX-License-Identifier: MIT
/* Converts remembered answers from the library's structs. */
import type {Remembered} from '../domain/remembered.js';
import {type Raw, reader} from './structs.js';
import {fguard_remembered} from './structs.gen.js';

const readRemembered = reader(fguard_remembered);

export function toRemembered(info: Raw<typeof fguard_remembered>): Remembered {
  const {id, ttl, given, pid, comm, ...rest} = readRemembered(info);
  return {
    ...rest,
    id: Number(id),
    pid: pid === 0 ? null : pid,
    comm: comm ?? '',
    /* The remaining time is converted to a point in time immediately, while it is accurate. */
    expiresAt: Number(ttl) === 0 ? null : Date.now() + Number(ttl),
    givenAt: BigInt(given),
  };
}
