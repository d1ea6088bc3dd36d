// SPDX-License-Identifier: MIT
import {BaseCommand} from '../../cli/base-command.js';
import {interruptSignal} from '../../cli/interrupt.js';
import {removeService} from '../../services/service/remove.js';
import {serviceLines} from '../../ui/service.js';

export default class ServiceRemove extends BaseCommand {
  static override summary = 'Undo "service install": stop and disable the units, and remove them.';
  static override description =
    'The module is unloaded, so nothing is guarded any more. ' +
    'Saved rules and the configuration of the agent stay; units that a package brought stay, too, disabled.';
  static override examples = [
    {
      description: 'not from the next boot on, and not now',
      command: '<%= config.bin %> service remove',
    },
    {description: 'the same, for a program', command: '<%= config.bin %> service remove --json'},
  ];

  async run() {
    await this.parse(ServiceRemove);
    const report = await removeService(interruptSignal());
    this.tell(...serviceLines(report));
    return report;
  }
}
