// SPDX-License-Identifier: MIT
import {BaseCommand} from '../cli/base-command.js';
import type {KernelRule} from '../domain/rule.js';
import {toSaved} from '../domain/rule-file.js';
import {exportRules} from '../services/rule-files/export.js';
import {objectText} from '../ui/object-text.js';

const leftOutText = (rule: KernelRule): string =>
  `left out rule ${rule.id} about ${objectText(rule)}: it ends by itself`;

const closedText = (rule: KernelRule): string =>
  `rule ${rule.id} about ${objectText(rule)} allows processes, which a file cannot refer to: it is written so that it allows nobody`;

export default class Export extends BaseCommand {
  static override summary = 'Print the active rules as a rule file.';
  static override description =
    '`fguard apply` makes the same rules from it; ids and hit counts are not preserved. ' +
    'A file cannot refer to a process, because its number may later belong to another one: a rule with --pid is exported so that it allows nobody, ' +
    'and a rule that ends by itself (--ttl, --until-exit) is left out. Both are reported on stderr. ' +
    'In /etc/fguard/rules.d, no two files may have a rule about the same object, so there the exported file replaces all others.';
  static override examples = [
    {
      description: 'Write the active rules to a file for `fguard apply rules.yaml`',
      command: '<%= config.bin %> export > rules.yaml',
    },
    {
      description: 'Print JSON, which `fguard apply` also reads',
      command: '<%= config.bin %> export --json',
    },
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
