// SPDX-License-Identifier: MIT
import {UserError} from '../../domain/errors.js';
import {shellWord} from '../../domain/shell-word.js';
import {RULES_DIRECTORY, foreignRules, ignoredRuleFiles, takeBack} from '../rule-files/find.js';
import {type Check, type Finding, failed, ok, unknown, warning} from './check.js';
import type {Host} from './host.js';

const UNIT = 'fguard.service';
const PROPERTIES = ['LoadState', 'ActiveState', 'UnitFileState'] as const;
const MODULE_UNIT = 'fguard-module.service';
const JOURNAL = `sudo journalctl -b -u ${UNIT} -u ${MODULE_UNIT}`;

type UnitState = Record<(typeof PROPERTIES)[number], string>;

async function unitState(host: Host, unit: string): Promise<UnitState> {
  const args = ['show', unit, ...PROPERTIES.map((name) => `--property=${name}`)];
  const result = await host.run('systemctl', args);
  const value = (name: string): string =>
    new RegExp(`^${name}=(.*)$`, 'm').exec(result?.stdout ?? '')?.[1] ?? '';
  const [LoadState = '', ActiveState = '', UnitFileState = ''] = PROPERTIES.map(value);
  return {LoadState, ActiveState, UnitFileState};
}

async function checkService(host: Host): Promise<Finding> {
  if (!host.exists('/run/systemd/system')) return ok('systemd is not running here');
  const {LoadState, ActiveState, UnitFileState} = await unitState(host, UNIT);
  if (LoadState !== 'loaded') return warning('not installed: rules are lost at the next reboot');
  if (ActiveState === 'failed') return failed(`${UNIT} failed`, JOURNAL);
  const module = await unitState(host, MODULE_UNIT);
  if (module.ActiveState === 'failed') return failed(`${MODULE_UNIT} failed`, JOURNAL);
  if (ActiveState !== 'active')
    return warning(`${UNIT} is ${ActiveState}`, `sudo systemctl start ${UNIT}`);
  return UnitFileState === 'enabled'
    ? ok(`${UNIT} is active and starts at boot`)
    : warning(`${UNIT} is active but does not start at boot`, `sudo systemctl enable ${UNIT}`);
}

function checkNames(host: Host): Finding {
  const ignored = ignoredRuleFiles([], host.folder + RULES_DIRECTORY);
  if (ignored.length === 0) return ok('only root can change them');
  const [first] = ignored;
  const what = ignored.map(({file, message}) => `${file}: ${message}`).join('; ');
  return warning(what, `ls -l ${shellWord(first?.file ?? '')}`);
}

/* They are applied at boot, as root. */
function checkSavedRules(host: Host): Finding {
  try {
    const foreign = foreignRules(host.folder + RULES_DIRECTORY);
    if (foreign.length === 0) return checkNames(host);
    const why = foreign.map(({reason}) => reason).join('; ');
    return failed(`others can change them, so they are not applied: ${why}`, takeBack(foreign));
  } catch (error) {
    if (error instanceof UserError) return unknown(error.message, 'sudo fguard doctor');
    throw error;
  }
}

export const SERVICE_CHECKS: readonly Check[] = [
  {title: 'saved rules', check: checkSavedRules, fix: null},
  {title: 'service', check: checkService, fix: 'sudo fguard service install'},
];
