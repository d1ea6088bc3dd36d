// SPDX-License-Identifier: MIT
import * as Flags from '@oclif/core/flags';

import {BaseCommand} from '../cli/base-command.js';
import {visiblyForeignRules} from '../services/rule-files/find.js';
import {getStatus} from '../services/status.js';
import {withNames} from '../linux/passwd.js';
import {statusDocument} from '../formats/status-document.js';

export default class Status extends BaseCommand {
  static override summary = 'Show the module, its counters, pending requests, and missing hooks.';
  static override description = 'Exits with 3 if the module is not loaded.';
  static override examples = [
    {description: 'Print a summary', command: '<%= config.bin %> status'},
    {
      description: 'List pending requests and the time they have left',
      command: `<%= config.bin %> status --json | jq '.questions[] | {comm, op, path, leftMs}'`,
    },
    {
      description: 'List the hooks that this kernel lacks',
      command: `<%= config.bin %> status --json | jq '.hooks[] | select(.state == "missing")'`,
    },
  ];
  static override flags = {
    hooks: Flags.boolean({description: 'list all hooks, not only those that this kernel lacks'}),
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
