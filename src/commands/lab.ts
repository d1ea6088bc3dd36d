// SPDX-License-Identifier: MIT
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';

import {BaseCommand} from '../cli/base-command.js';
import {escapeText} from '../domain/text.js';
import {commandBehind} from '../cli/argv.js';

export default class Lab extends BaseCommand {
  static override summary = 'Try fguard in a throw-away virtual machine with the module loaded.';
  static override description =
    'Boots a kernel in QEMU and runs CMD in it, or a shell. You are root inside, and see the files of this machine in their usual places, as far as you may read them. ' +
    '/tmp, /run, /dev, /proc and /sys belong to the VM, except for the current directory, which is there even in /tmp or /run. fguard is on the PATH. Whatever is written stays in the VM and is lost when it ends: ' +
    "only CMD's output and its exit code come back. There is no network. " +
    'Preparing a kernel for the first time takes minutes; afterwards, the VM starts in seconds.';
  static override usage = 'lab [--kernel NAME] [-- CMD...]';
  static override examples = [
    {description: 'Start a shell to try things in', command: '<%= config.bin %> lab'},
    {
      description: 'Run one command on another kernel',
      command: '<%= config.bin %> lab --kernel newest -- uname -r',
    },
    {
      description: 'See what a rule would do here',
      command: `<%= config.bin %> lab -- sh -c 'fguard protect .; ls'`,
    },
  ];
  static override strict = false;
  static override args = {
    cmd: Args.string({description: 'command and its arguments, after -- (default: a shell)'}),
  };
  static override flags = {
    kernel: Flags.string({
      description:
        "own (this machine's), or one of Debian's: 5.10, 6.1, 6.12, newest... (default: own if it can be booted here, else the kernel of this Debian release)",
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
