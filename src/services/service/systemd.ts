// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';

import type {UnitState} from '../../domain/service.js';
import {UserError} from '../../domain/errors.js';
import {runCommand} from '../../linux/command.js';
import {MODULE_UNIT, type Places} from './places.js';

export function requireSystemd({systemd}: Places): void {
  if (existsSync(systemd)) return;
  throw new UserError(
    'ENOSYSTEMD',
    'systemd is not running here, and the service consists of systemd units',
    {
      next: ['sudo fguard load && sudo fguard apply'],
    },
  );
}

/** The last messages of a unit, or why the module was not loaded. */
async function lastWords(unit: string): Promise<string> {
  const args = [
    '--unit',
    unit,
    '--unit',
    MODULE_UNIT,
    '--boot',
    '--lines',
    '20',
    '--output',
    'cat',
    '--no-pager',
  ];
  const {stdout} = await runCommand('journalctl', args).catch(() => ({stdout: ''}));
  return stdout.trimEnd();
}

/** Runs systemctl; throws a user error with systemctl's output if it fails. */
export async function systemctl(args: readonly string[], signal?: AbortSignal): Promise<void> {
  const {code, stderr} = await runCommand('systemctl', args, signal && {signal});
  if (code === 0) return;
  throw new UserError('ESYSTEMD', `systemctl ${args.join(' ')} failed`, {output: stderr.trimEnd()});
}

/** Starts a unit, or says why it did not start. */
export async function startUnit(unit: string, signal: AbortSignal): Promise<void> {
  const {code, stderr} = await runCommand('systemctl', ['start', unit], {signal});
  if (code === 0) return;
  const words = await lastWords(unit);
  const output = words === '' ? stderr.trimEnd() : words;
  throw new UserError('ESERVICE', `${unit} did not start`, {
    output,
    next: [`systemctl status ${unit}`],
  });
}

export async function unitState(unit: string): Promise<UnitState> {
  const ask = async (what: string): Promise<string> =>
    (await runCommand('systemctl', [what, unit])).stdout.trim();
  const [enabled, active] = await Promise.all([ask('is-enabled'), ask('is-active')]);
  return {enabled: enabled === 'enabled', active: active === 'active'};
}
