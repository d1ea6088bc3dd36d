// SPDX-License-Identifier: MIT
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';

import {BaseCommand} from '../cli/base-command.js';
import {escapeText} from '../domain/text.js';
import {commandBehind} from '../cli/argv.js';

export default class Lab extends BaseCommand {
  static override summary = 'Try fguard in a throw-away virtual machine with the module loaded.';
  static override description =
    'Boots a kernel in QEMU and runs CMD there, or a shell. Inside you are root, and see the files of this machine at their places, as far as you may read them. ' +
    '/tmp, /run, /dev, /proc and /sys are its own, but the current folder is there even in /tmp or /run; fguard is on the PATH. Whatever is written stays in the VM and is gone with it: ' +
    "nothing reaches this machine but CMD's output and its exit code. There is no network. " +
    'The first use of a kernel prepares it, which takes minutes; later the VM is there in seconds.';
  static override usage = 'lab [--kernel NAME] [-- CMD...]';
  static override examples = [
    {description: 'a shell to try things in', command: '<%= config.bin %> lab'},
    {
      description: 'one command on another kernel',
      command: '<%= config.bin %> lab --kernel newest -- uname -r',
    },
    {
      description: 'what a rule would do here',
      command: `<%= config.bin %> lab -- sh -c 'fguard protect .; ls'`,
    },
  ];
  static override strict = false;
  static override args = {
    cmd: Args.string({description: 'command and its arguments, behind --; without it: a shell'}),
  };
  static override flags = {
    kernel: Flags.string({
      description:
        "own: this machine's; 5.10, 6.1, 6.12, newest...: Debian's; default: own if it is here to boot, else that of this Debian",
      helpValue: 'NAME',
    }),
  };

  async run() {
    const {flags, argv} = await this.parse(Lab);
    const command = commandBehind(this.argv, argv);
    const {runLab} = await import('../lab/lab.js');
    const {LabLine} = await import('../ui/lab-line.js');
    const commands = this.config.commands.map(({id, flags: own}) => ({
      id,
      flags: Object.keys(own),
    }));
    const progress = new LabLine(this.hidesProgress);
    const result = await runLab({kernel: flags.kernel, command, commands, progress});
    for (const report of result.reports)
      this.caution(`the VM's kernel reported: ${escapeText(report)}`);
    process.exitCode = result.code;
    const {kernel, code: exitCode, signal, reports} = result;
    return {kernel, exitCode, signal, reports};
  }
}
