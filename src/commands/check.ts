// SPDX-License-Identifier: MIT
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';

import {BaseCommand} from '../cli/base-command.js';
import {EXIT, wrongUsage} from '../domain/errors.js';
import {countText, mistakeLine, warningLine} from '../ui/mistakes.js';

export default class Check extends BaseCommand {
  static override summary = 'Say what is wrong with rule files or policies, and where.';
  static override description =
    'Prints file, line and column of every mistake and ends with 1 if there is any. ' +
    'That a cgroup is not there, such as that of a unit that does not run, is a warning. ' +
    'Without FILE it checks the saved rules, /etc/fguard/rules.d; with --policy, files of `fguard agent`. Needs neither root nor the module, ' +
    'but looks whether the directories, executables, users and cgroups are there.';
  static override examples = [
    {description: 'the saved rules', command: '<%= config.bin %> check'},
    {description: 'a file before it is copied there', command: '<%= config.bin %> check web.yaml'},
    {
      description: 'a policy, before the agent reads it',
      command: '<%= config.bin %> check --policy policy.yaml',
    },
    {
      description: 'the sentences alone',
      command: "<%= config.bin %> check web.yaml --json | jq -r '.mistakes[].message'",
    },
  ];
  static override strict = false;
  static override args = {
    file: Args.string({description: 'rule file, or directory of them; several may follow'}),
  };
  static override flags = {
    policy: Flags.boolean({description: 'each FILE is a policy of `fguard agent`'}),
  };

  async run() {
    const {flags, argv} = await this.parse(Check);
    const named = argv as string[];
    if (flags.policy) return this.checkPolicies(named);
    const {checkRuleFiles} = await import('../services/rule-files/check.js');
    const {files, rules, mistakes, warnings} = checkRuleFiles(named);
    this.say(...mistakes.map(mistakeLine), ...warnings.map(warningLine));
    if (mistakes.length > 0) {
      this.hint(countText(mistakes.length, 'mistake'));
      process.exitCode = EXIT.failed;
    } else if (files.length === 0) this.hint('there are no rule files');
    else
      this.say(
        `no mistake in ${countText(rules.length, 'rule')}, ${countText(files.length, 'file')}`,
      );
    return {files, rules: rules.length, mistakes, warnings};
  }

  private async checkPolicies(files: readonly string[]) {
    if (files.length === 0) throw wrongUsage('--policy needs a FILE');
    const {loadPolicy} = await import('../services/agent/policy-file.js');
    const loaded = await Promise.all(files.map((file) => loadPolicy(file)));
    const mistakes = loaded.flatMap((policy) => policy.mistakes);
    this.say(...mistakes.map(mistakeLine));
    if (mistakes.length === 0) this.say(`no mistake in ${countText(files.length, 'policy file')}`);
    else {
      this.hint(countText(mistakes.length, 'mistake'));
      process.exitCode = EXIT.failed;
    }
    return {files: [...files], rules: 0, mistakes, warnings: []};
  }
}
