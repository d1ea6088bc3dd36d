// SPDX-License-Identifier: MIT
import {BaseCommand} from '../cli/base-command.js';
import type {KernelRule} from '../domain/rule.js';
import {toSaved} from '../domain/rule-file.js';
import {exportRules} from '../services/rule-files/export.js';
import {objectText} from '../ui/object-text.js';

const leftOutText = (rule: KernelRule): string =>
  `rule ${rule.id}, ${objectText(rule)}, ends by itself: left out`;

const closedText = (rule: KernelRule): string =>
  `rule ${rule.id}, ${objectText(rule)}, lets processes in, which no file can keep: written so that it lets in nobody`;

export default class Export extends BaseCommand {
  static override summary = 'Print the rules in force as a rule file.';
  static override description =
    '`fguard apply` makes the same rules of it again; ids and hits it does not keep. ' +
    'A process cannot be kept in a file, since its number means another one later: a rule with --pid is written so that it lets in nobody, ' +
    'and one that ends by itself (--ttl, --until-exit) is left out. Both are told on stderr. ' +
    'In /etc/fguard/rules.d no two files may be about the same object: there the file takes the place of all others.';
  static override examples = [
    {
      description: 'keep the rules in force, for `fguard apply rules.yaml`',
      command: '<%= config.bin %> export > rules.yaml',
    },
    {description: 'as JSON, which apply takes too', command: '<%= config.bin %> export --json'},
  ];

  async run() {
    await this.parse(Export);
    const {rules, leftOut, closed} = await exportRules();
    const losses = [...leftOut.map(leftOutText), ...closed.map(closedText)];
    for (const text of losses) this.caution(text);
    if (!this.jsonEnabled()) {
      const {ruleFileText} = await import('../services/rule-files/text.js');
      process.stdout.write(ruleFileText(rules.map(toSaved), losses));
    }
    return {rules};
  }
}
