// SPDX-License-Identifier: MIT
import type {EventRecord} from '../../domain/records.js';

const JOURNALD = ['/usr/lib/systemd/systemd-journald', '/lib/systemd/systemd-journald'];

/**
 * Whether an event was caused by journald itself. Recording it would make journald
 * do the same again, without end if a rule denies it its own files. No other process
 * is mistaken for it: one that is not root has another uid, even in a chroot.
 */
export const isJournalItself = (event: EventRecord): boolean =>
  event.type === 'access' && event.uid === 0 && JOURNALD.includes(event.exe ?? '');
