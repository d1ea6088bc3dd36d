// SPDX-License-Identifier: MIT
import * as Args from '@oclif/core/args';

import {BaseCommand} from '../cli/base-command.js';
import {ruleDocument} from '../domain/rule.js';
import {removeRules} from '../services/rules.js';
import {removedLine} from '../ui/removed.js';

export default class Unprotect extends BaseCommand {
  static override summary = 'Remove rules, all of those named or none.';
  static override description =
    'A rule is named by the path it guards, its id, its name, or the suffix it is about.';
  static override examples = [
    {description: 'by path', command: '<%= config.bin %> unprotect /srv/a.db'},
    {description: 'by id and by name', command: '<%= config.bin %> unprotect 7 key'},
    {description: 'the rule about a suffix', command: '<%= config.bin %> unprotect .docx'},
  ];
  static override strict = false;
  static override args = {
    rule: Args.string({
      description: 'PATH, ID, NAME or suffix; several may follow',
      required: true,
    }),
  };

  async run() {
    const {argv} = await this.parse(Unprotect);
    const removed = await removeRules(argv as string[]);
    this.tell(...removed.map(removedLine));
    return {removed: removed.map(ruleDocument)};
  }
}
