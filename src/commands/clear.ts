// SPDX-License-Identifier: MIT
import {BaseCommand} from '../cli/base-command.js';
import {ruleDocument} from '../domain/rule.js';
import {clearRules} from '../services/rules.js';

export default class Clear extends BaseCommand {
  static override summary = 'Remove every rule, in one step.';
  static override examples = [
    {description: 'nothing is guarded any more', command: '<%= config.bin %> clear'},
    {description: 'and what was', command: '<%= config.bin %> clear --json'},
  ];

  async run() {
    await this.parse(Clear);
    const removed = await clearRules();
    this.tell(removed.length === 1 ? '1 rule removed' : `${removed.length} rules removed`);
    return {removed: removed.map(ruleDocument)};
  }
}
