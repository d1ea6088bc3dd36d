// SPDX-License-Identifier: MIT
import * as Args from '@oclif/core/args';

import {BaseCommand} from '../cli/base-command.js';
import {ruleDocument} from '../domain/rule.js';
import {removeRules} from '../services/rules.js';
import {removedLine} from '../ui/removed.js';

export default class Unprotect extends BaseCommand {
  static override summary = 'Remove rules (all or nothing).';
  static override description =
    'Name a rule by the path it guards, its id, its name, or its file-name suffix.';
  static override examples = [
    {description: 'Remove by path', command: '<%= config.bin %> unprotect /srv/a.db'},
    {description: 'Remove by id and by name', command: '<%= config.bin %> unprotect 7 key'},
    {
      description: 'Remove the rule about a file-name suffix',
      command: '<%= config.bin %> unprotect .docx',
    },
  ];
  static override strict = false;
  static override args = {
    rule: Args.string({
      description: 'path, id, name or file-name suffix of a rule; can be repeated',
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
