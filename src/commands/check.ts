// SPDX-License-Identifier: MIT
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';

import {BaseCommand} from '../cli/base-command.js';
import {EXIT, wrongUsage} from '../domain/errors.js';
import {countText, mistakeLine, warningLine} from '../ui/mistakes.js';

export default class Check extends BaseCommand {
  static override summary = 'Validate rule files or policy files.';
  static override description =
    'Prints the file, line and column of every error, and exits with 1 if there is one. ' +
    'A cgroup that does not exist, such as that of a unit that is not running, is only a warning. ' +
    'Without FILE, checks the saved rules in /etc/fguard/rules.d; with --policy, checks policy files of `fguard agent`. Needs neither root nor the module, ' +
    'but does check that directories, executables, users and cgroups exist.';
  static override examples = [
    {description: 'Check the saved rules', command: '<%= config.bin %> check'},
    {
      description: 'Check a file before copying it there',
      command: '<%= config.bin %> check web.yaml',
    },
    {
      description: 'Check a policy file before the agent reads it',
      command: '<%= config.bin %> check --policy policy.yaml',
    },
    {
      description: 'Print only the messages',
      command: "<%= config.bin %> check web.yaml --json | jq -r '.mistakes[].message'",
    },
  ];
  static override strict = false;
  static override args = {
    file: Args.string({description: 'rule file, or directory of rule files; can be repeated'}),
  };
  static override flags = {
    policy: Flags.boolean({description: 'each FILE is a policy file of `fguard agent`'}),
  };

  async run() {
    const {flags, argv} = await this.parse(Check);
    const named = argv as string[];
    if (flags.policy) return this.checkPolicies(named);
    const {checkRuleFiles} = await import('../services/rule-files/check.js');
    const {files, rules, mistakes, warnings} = checkRuleFiles(named);
    this.say(...mistakes.map(mistakeLine), ...warnings.map(warningLine));
    if (mistakes.length > 0) {
      this.hint(countText(mistakes.length, 'error'));
      process.exitCode = EXIT.failed;
    } else if (files.length === 0) this.hint('no rule files found');
    else this.say(`OK: ${countText(rules.length, 'rule')} in ${countText(files.length, 'file')}`);
    return {files, rules: rules.length, mistakes, warnings};
  }

  private async checkPolicies(files: readonly string[]) {
    if (files.length === 0) throw wrongUsage('--policy needs a FILE');
    const {loadPolicy} = await import('../services/agent/policy-file.js');
    const loaded = await Promise.all(files.map((file) => loadPolicy(file)));
    const mistakes = loaded.flatMap((policy) => policy.mistakes);
    this.say(...mistakes.map(mistakeLine));
    if (mistakes.length === 0) this.say(`OK: ${countText(files.length, 'policy file')}`);
    else {
      this.hint(countText(mistakes.length, 'error'));
      process.exitCode = EXIT.failed;
    }
    return {files: [...files], rules: 0, mistakes, warnings: []};
  }
}
