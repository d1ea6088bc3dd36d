// SPDX-License-Identifier: MIT
/* Ways around the rules: devices under guarded files, and allowed executables. */
import {overwriterText} from '../../domain/overwriter.js';
import type {KernelRule} from '../../domain/rule.js';
import {shellWord} from '../../domain/shell-word.js';
import {UserError} from '../../domain/errors.js';
import {BypassSearch, type Guarding} from '../bypasses.js';
import {lookBelow, overwriters} from '../../linux/overwriters.js';
import {parseMounts} from '../../linux/mounts.js';
import {RULES_DIRECTORY, ruleFiles} from '../rule-files/find.js';
import {loadRuleFiles} from '../rule-files/load.js';
import {type Check, type Finding, needsRoot, ok, unanswered, warning} from './check.js';
import type {Host} from './host.js';

type Known = Guarding & Pick<KernelRule, 'exes'>;

/* Errors in saved rules are reported by `fguard check`. */
function savedRules(host: Host): readonly Known[] {
  try {
    const files = ruleFiles([], host.folder + RULES_DIRECTORY);
    return files.length === 0 ? [] : loadRuleFiles(files).rules.map(({request}) => request);
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

function judge(host: Host, rules: readonly Guarding[], command: string): Finding {
  const mounts = parseMounts(host.read('/proc/self/mountinfo') ?? '');
  const found = new BypassSearch(rules, mounts, host.folder).belowAll();
  const open = found.filter(({guarded}) => !guarded).map(({path}) => path);
  if (found.length === 0) return ok('no guarded file is on one');
  if (open.length === 0) return ok(`also guarded: ${found.map(({path}) => path).join(', ')}`);
  const who = open.length === 1 ? 'anyone who can open it' : 'anyone who can open one of them';
  return warning(
    `guarded files are on ${open.join(', ')}: ${who} bypasses every rule about files`,
    `${command} ${open.map(shellWord).join(' ')}`,
  );
}

type Judge = (host: Host, rules: readonly Known[], command: string) => Finding;

/* The active rules, or the saved ones while the module is not loaded. */
async function judgeRules(host: Host, judgeThem: Judge): Promise<Finding> {
  const answer = await host.module();
  if (!('refusal' in answer)) {
    const {rules} = answer;
    return rules.length === 0
      ? ok('no rule is active')
      : judgeThem(host, rules, 'sudo fguard protect');
  }
  if (host.exists('/sys/module/fguard')) return unanswered(answer.refusal);
  const rules = savedRules(host);
  return rules.length === 0
    ? ok('no rule is saved')
    : judgeThem(host, rules, 'sudo fguard protect --save');
}

async function checkDevices(host: Host): Promise<Finding> {
  if (!host.isRoot) return needsRoot('finding the block devices under guarded files');
  return judgeRules(host, judge);
}

/* A rule that binds only its subjects allows all others. */
function judgeExecutables(host: Host, rules: readonly Known[]): Finding {
  const exes = new Set(rules.flatMap(({exes: list, against}) => (against ? [] : list)));
  if (exes.size === 0) return ok('no rule allows a program');
  const look = lookBelow(host.folder);
  const open = [...exes].flatMap((exe) => overwriterText(exe, overwriters(exe, look)) ?? []);
  return open.length === 0
    ? ok(`only root can overwrite ${[...exes].join(', ')}`)
    : warning(open.join('. '));
}

const checkExecutables = (host: Host): Promise<Finding> => judgeRules(host, judgeExecutables);

export const DEVICE_CHECKS: readonly Check[] = [
  {title: 'block devices', check: checkDevices, fix: null},
  {title: 'allowed programs', check: checkExecutables, fix: null},
];
