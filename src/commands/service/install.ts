// SPDX-License-Identifier: MIT
import {BaseCommand} from '../../cli/base-command.js';
import {interruptSignal} from '../../cli/interrupt.js';
import {installService} from '../../services/service/install.js';
import {requireOwnProgram} from '../../services/service/own-program.js';
import {requireRoot} from '../../linux/privilege.js';
import {serviceLines} from '../../ui/service.js';

export default class ServiceInstall extends BaseCommand {
  static override summary = 'Install, enable and start the systemd units.';
  static override description =
    'fguard.service builds the module if needed, loads it, and applies the saved rules in /etc/fguard/rules.d before any ordinary service starts. ' +
    '`systemctl reload fguard` applies them again; at every moment either the old rules or the new ones are active. ' +
    'fguard-log.service writes each denied access to the journal: see `journalctl -u fguard-log FGUARD_VERDICT=deny` and `fguard watch --help`. ' +
    'fguard-agent.service answers access requests if there is an /etc/fguard/agent.yaml. ' +
    'A hook builds the module for each kernel that is installed. ' +
    'Existing files are kept. If the service does not start, everything is undone; if only some of the saved rules have errors, the others are applied and the exit code is 1.\n\n' +
    'If the rules lock you out, boot with systemd.mask=fguard.service on the kernel command line.';
  static override examples = [
    {
      description: 'Guard from now on and after every boot',
      command: '<%= config.bin %> service install',
    },
    {
      description: 'Do the same, and print JSON',
      command: '<%= config.bin %> service install --json',
    },
  ];

  async run() {
    await this.parse(ServiceInstall);
    requireRoot('installing the service');
    requireOwnProgram();
    const report = await installService(interruptSignal());
    this.tell(...serviceLines(report));
    return report;
  }
}
