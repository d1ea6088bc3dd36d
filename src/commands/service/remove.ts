// SPDX-License-Identifier: MIT
import {BaseCommand} from '../../cli/base-command.js';
import {interruptSignal} from '../../cli/interrupt.js';
import {removeService} from '../../services/service/remove.js';
import {serviceLines} from '../../ui/service.js';

export default class ServiceRemove extends BaseCommand {
  static override summary = 'Stop, disable and remove the systemd units.';
  static override description =
    'Undoes `fguard service install`. The module is unloaded, so nothing is guarded any more. ' +
    'Saved rules and the policy of the agent are kept. Units that came with a package are only disabled.';
  static override examples = [
    {
      description: 'Stop guarding now and after every boot',
      command: '<%= config.bin %> service remove',
    },
    {
      description: 'Do the same, and print JSON',
      command: '<%= config.bin %> service remove --json',
    },
  ];

  async run() {
    await this.parse(ServiceRemove);
    const report = await removeService(interruptSignal());
    this.tell(...serviceLines(report));
    return report;
  }
}
