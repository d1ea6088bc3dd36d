// SPDX-License-Identifier: MIT
import {BaseCommand} from '../cli/base-command.js';
import {EXIT} from '../domain/errors.js';
import {examine} from '../services/doctor/doctor.js';

export default class Doctor extends BaseCommand {
  static override summary = 'Check all that fguard needs, each with the command that mends it.';
  static override description =
    'Kernel, headers, compiler, signatures, hooks, other tracers, versions, block devices beneath guarded files, service. ' +
    'Changes nothing. Exits with 1 if something stops fguard; warnings do not count.';
  static override examples = [
    {description: 'for people', command: 'sudo <%= config.bin %> doctor'},
    {
      description: 'what is wrong, and what to do',
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
