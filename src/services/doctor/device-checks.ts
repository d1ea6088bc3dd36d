// SPDX-License-Identifier: MIT
/* What holds the bytes of guarded files, and is a way past the rules about them. */
import {shellWord} from '../../domain/shell-word.js';
import {BypassSearch, type Guarding} from '../bypasses.js';
import {parseMounts} from '../mounts.js';
import {RULES_DIRECTORY, ruleFiles} from '../rule-files/find.js';
import {loadRuleFiles} from '../rule-files/load.js';
import {type Check, type Finding, needsRoot, ok, unanswered, warning} from './check.js';
import type {Host} from './host.js';

/* What is wrong with saved rules is told by `fguard check`. */
function savedRules(host: Host): readonly Guarding[] {
  const files = ruleFiles([], host.folder + RULES_DIRECTORY);
  return files.length === 0 ? [] : loadRuleFiles(files).rules.map(({request}) => request);
}

function judge(host: Host, rules: readonly Guarding[], command: string): Finding {
  const mounts = parseMounts(host.read('/proc/self/mountinfo') ?? '');
  const found = new BypassSearch(rules, mounts, host.folder).belowAll();
  const open = found.filter(({guarded}) => !guarded).map(({path}) => path);
  if (found.length === 0) return ok('guarded files are on none');
  if (open.length === 0) return ok(`guarded too: ${found.map(({path}) => path).join(', ')}`);
  const who = open.length === 1 ? 'who may open it' : 'who may open one of them';
  return warning(
    `guarded files lie on ${open.join(', ')}: ${who} passes every rule about files`,
    `${command} ${open.map(shellWord).join(' ')}`,
  );
}

async function checkDevices(host: Host): Promise<Finding> {
  if (!host.isRoot) return needsRoot('seeing what lies beneath guarded files');
  const answer = await host.module();
  if (!('refusal' in answer)) {
    const {rules} = answer;
    return rules.length === 0
      ? ok('no rule is in force')
      : judge(host, rules, 'sudo fguard protect');
  }
  if (host.exists('/sys/module/fguard')) return unanswered(answer.refusal);
  const rules = savedRules(host);
  return rules.length === 0
    ? ok('no rule is saved')
    : judge(host, rules, 'sudo fguard protect --save');
}

export const DEVICE_CHECKS: readonly Check[] = [
  {title: 'block devices', check: checkDevices, fix: null},
];
