// SPDX-License-Identifier: MIT
import type {EventRecord} from '../../domain/records.js';

const JOURNALD = ['/usr/lib/systemd/systemd-journald', '/lib/systemd/systemd-journald'];

/**
 * Whether an event is about the journal's own doing: to write that down makes it
 * do the same again, for ever where a rule refuses it its own files. Nobody
 * else passes for it: who is not root has another uid, in a chroot too.
 */
export const isJournalItself = (event: EventRecord): boolean =>
  event.type === 'access' && event.uid === 0 && JOURNALD.includes(event.exe ?? '');
