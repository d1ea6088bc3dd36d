// SPDX-License-Identifier: MIT
import {BaseCommand} from '../../cli/base-command.js';
import {interruptSignal} from '../../cli/interrupt.js';
import {installService} from '../../services/service/install.js';
import {serviceLines} from '../../ui/service.js';

export default class ServiceInstall extends BaseCommand {
  static override summary = 'Guard from each boot on: install, enable and start the systemd units.';
  static override description =
    'fguard.service builds the module if needed, loads it and applies the saved rules of /etc/fguard/rules.d, before any ordinary service starts. ' +
    '`systemctl reload fguard` applies them again, without a moment between the old and the new ones. ' +
    'fguard-log.service writes each refused access to the journal: `journalctl FGUARD_VERDICT=deny`, and see `fguard watch --help`. ' +
    'fguard-agent.service answers what the guard asks, if there is an /etc/fguard/agent.yaml. ' +
    'A hook builds the module for each kernel that is installed. ' +
    'What is there already stays as it is; if the service does not start, all is taken back, but where only some of the saved rules are wrong, the others are in force, and it ends with 1.\n\n' +
    'If the rules lock you out, boot with systemd.mask=fguard.service on the command line of the kernel.';
  static override examples = [
    {description: 'from now on', command: '<%= config.bin %> service install'},
    {description: 'the same, for a program', command: '<%= config.bin %> service install --json'},
  ];

  async run() {
    await this.parse(ServiceInstall);
    const report = await installService(interruptSignal());
    this.tell(...serviceLines(report));
    return report;
  }
}
