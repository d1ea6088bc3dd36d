// SPDX-License-Identifier: MIT
import {expect} from 'vitest';

import {JOURNAL_IDS} from '../../../src/formats/journal.js';
import type {Vm} from '../runner/vm.js';
import {until} from './machine.js';

/** An entry, as journalctl writes it: bytes that are no text are a list of numbers. */
export type Entry = Record<string, unknown>;

const JOURNALCTL = 'journalctl -q -b --no-pager';

/** The entries that match, in order. */
export async function entries(vm: Vm, matches: string): Promise<Entry[]> {
  const text = await vm.ok(`${JOURNALCTL} -o json ${matches}`);
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Entry);
}

/** The same, once there is one. */
export async function untilWritten(vm: Vm, matches: string): Promise<Entry[]> {
  await until(vm, `[ -n "$(${JOURNALCTL} -n 1 -o cat ${matches})" ]`);
  return entries(vm, matches);
}

/** What systemd and the units themselves complain of. */
export const complaints = (vm: Vm): Promise<string> =>
  vm.ok(
    `${JOURNALCTL} -p warning -u fguard -u fguard-module -u fguard-log -u fguard-agent -o cat _PID=1 + _TRANSPORT=stdout`,
  );

/** How many refusals of a process a run of the log has written down, and how many it missed. */
export async function tally(vm: Vm, pid: string, log: string): Promise<[number, number]> {
  const written = await vm.ok(`${JOURNALCTL} -o cat FGUARD_PID=${pid} | wc -l`);
  const gaps = await entries(vm, `_PID=${log} FGUARD_TYPE=gap`);
  return [Number(written), gaps.reduce((sum, gap) => sum + Number(gap.FGUARD_LOST), 0)];
}

/** A program tries to read the secret, and that is in the journal, once, with all that there is to say. */
export async function expectWritten(vm: Vm, program: string): Promise<void> {
  expect((await vm.run(`${program} /srv/deep/secret`)).code).not.toBe(0);
  const exe = `/usr/bin/${program}`;
  const found = await untilWritten(vm, `-t fguard -u fguard-log FGUARD_EXE=${exe}`);
  expect(found).toHaveLength(1);
  const pid = String(found[0]?.FGUARD_PID);
  const rule = String(found[0]?.FGUARD_RULE);
  expect(found[0]).toMatchObject({
    MESSAGE: `deny read ${program}[${pid}] root rule ${rule} /srv/deep/secret`,
    MESSAGE_ID: JOURNAL_IDS.access,
    PRIORITY: '4',
    OBJECT_PID: pid,
    FGUARD_TYPE: 'access',
    FGUARD_OP: 'read',
    FGUARD_VERDICT: 'deny',
    FGUARD_REASON: 'rule',
    FGUARD_PATH: '/srv/deep/secret',
    FGUARD_COMM: program,
    FGUARD_UID: '0',
    _TRANSPORT: 'journal',
    _SYSTEMD_UNIT: 'fguard-log.service',
  });
}
