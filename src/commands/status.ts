// SPDX-License-Identifier: MIT
import * as Flags from '@oclif/core/flags';

import {BaseCommand} from '../cli/base-command.js';
import {visiblyForeignRules} from '../services/rule-files/find.js';
import {getStatus} from '../services/status.js';
import {withNames} from '../linux/passwd.js';
import {statusDocument} from '../formats/status-document.js';

export default class Status extends BaseCommand {
  static override summary =
    'Show the module, rules, subscribers, counters, questions that wait, and hooks that are missing.';
  static override description = 'Exits with 3 if the module is not loaded.';
  static override examples = [
    {description: 'for people', command: '<%= config.bin %> status'},
    {
      description: 'who waits for an answer, and for how long still',
      command: `<%= config.bin %> status --json | jq '.questions[] | {comm, op, path, leftMs}'`,
    },
    {
      description: 'hooks that this kernel lacks',
      command: `<%= config.bin %> status --json | jq '.hooks[] | select(.state == "missing")'`,
    },
  ];
  static override flags = {
    hooks: Flags.boolean({description: 'list every hook, not only those that this kernel lacks'}),
  };

  async run() {
    const {flags} = await this.parse(Status);
    const found = await getStatus(visiblyForeignRules());
    const status = await withNames(({user}) => statusDocument(found, user));
    if (!this.jsonEnabled()) {
      const {renderStatus} = await import('../ui/status-table.js');
      this.say(renderStatus(status, flags.hooks));
    }
    return status;
  }
}
