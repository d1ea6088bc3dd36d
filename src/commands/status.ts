// SPDX-License-Identifier: MIT
import * as Flags from '@oclif/core/flags';

import {BaseCommand} from '../cli/base-command.js';
import {EXIT} from '../domain/errors.js';
import {visiblyForeignRules} from '../services/rule-files/find.js';
import {getStatus} from '../services/status.js';
import {withNames} from '../linux/passwd.js';
import {statusDocument} from '../formats/status-document.js';

export default class Status extends BaseCommand {
  static override summary = 'Show the module, its counters, pending requests, and missing hooks.';
  static override description =
    'Exits with 3 if the module is not loaded.\n\n' +
    'With --check, for monitoring, nothing is printed and the exit code is 0 if every saved rule is active as it is saved, every hook that the rules need is in place, and no event was lost ' +
    'since the last check. Otherwise there is a line for each problem and the exit code is 1.';
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
    {
      description: 'Check that all is active, as a monitor would',
      command: '<%= config.bin %> status --check',
    },
  ];
  static override flags = {
    hooks: Flags.boolean({description: 'list all hooks, not only those that this kernel lacks'}),
    check: Flags.boolean({
      description: 'print only problems, and exit with 1 if there are any',
      exclusive: ['hooks'],
    }),
  };

  async run() {
    const {flags} = await this.parse(Status);
    if (flags.check) return this.check();
    const found = await getStatus(visiblyForeignRules());
    const status = await withNames(({user}) => statusDocument(found, user));
    if (!this.jsonEnabled()) {
      const {renderStatus} = await import('../ui/status-table.js');
      this.say(renderStatus(status, flags.hooks));
    }
    return status;
  }

  private async check() {
    const {findProblems} = await import('../services/doctor/health.js');
    const {problemLines} = await import('../ui/problems.js');
    const problems = problemLines(await findProblems());
    if (problems.length > 0) {
      this.say(...problems);
      process.exitCode = EXIT.failed;
    }
    return {ok: problems.length === 0, problems};
  }
}
