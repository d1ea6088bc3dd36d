// SPDX-License-Identifier: MIT
import {BaseCommand} from '../cli/base-command.js';
import {ruleDocument} from '../domain/rule.js';
import {clearRules} from '../services/rules.js';

export default class Clear extends BaseCommand {
  static override summary = 'Remove all rules in one step.';
  static override examples = [
    {description: 'Stop guarding anything', command: '<%= config.bin %> clear'},
    {
      description: 'Do the same, and print the removed rules',
      command: '<%= config.bin %> clear --json',
    },
  ];

  async run() {
    await this.parse(Clear);
    const removed = await clearRules();
    this.tell(removed.length === 1 ? '1 rule removed' : `${removed.length} rules removed`);
    return {removed: removed.map(ruleDocument)};
  }
}
