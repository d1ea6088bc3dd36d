// SPDX-License-Identifier: MIT
import {BaseCommand} from '../cli/base-command.js';
import {EXIT} from '../domain/errors.js';
import {examine} from '../services/doctor/doctor.js';

export default class Doctor extends BaseCommand {
  static override summary = 'Check every prerequisite, and print the command that fixes it.';
  static override description =
    'Checks the kernel, headers, compiler, signatures, hooks, other tracers, versions, the block devices under guarded files, and the service. ' +
    'Changes nothing. Exits with 1 if something keeps fguard from working; warnings do not count.';
  static override examples = [
    {description: 'Print a table', command: 'sudo <%= config.bin %> doctor'},
    {
      description: 'Print only what is wrong, and how to fix it',
      command: `sudo <%= config.bin %> doctor --json | jq '.checks[] | select(.state == "failed")'`,
    },
  ];

  async run() {
    await this.parse(Doctor);
    const checks = await examine();
    if (checks.some(({state}) => state === 'failed')) process.exitCode = EXIT.failed;
    if (!this.jsonEnabled()) {
      const {renderChecks, summarizeChecks} = await import('../ui/checks-table.js');
      this.say(renderChecks(checks));
      this.hint(summarizeChecks(checks));
    }
    return {checks};
  }
}
