// SPDX-License-Identifier: MIT
import * as Flags from '@oclif/core/flags';
import {release} from 'node:os';

import {BaseCommand} from '../base-command.js';
import {wrongUsage} from '../errors.js';
import {interruptSignal} from '../interrupt.js';

function toKernel(text: string): string {
  if (/^[\w.+~-]+$/.test(text) && !/^\.+$/.test(text)) return text;
  throw wrongUsage(`--kernel ${text}: not a kernel's version`);
}

export default class Rebuild extends BaseCommand {
  static override summary =
    'Build and install the kernel module for this kernel, or for others before they boot.';
  static override description =
    'Checks headers, compiler and kernel options first and says what is missing. ' +
    'If the build fails, the module that is installed stays.';
  static override examples = [
    {description: 'for the running kernel', command: '<%= config.bin %> rebuild'},
    {
      description: 'for a kernel that will boot next',
      command: '<%= config.bin %> rebuild --kernel 6.1.0-56-amd64',
    },
  ];
  static override flags = {
    kernel: Flags.string({
      description:
        'kernel to build for, as in /lib/modules (repeat for more); default: the running one',
      helpValue: 'V',
      multiple: true,
      multipleNonGreedy: true,
    }),
    force: Flags.boolean({description: 'build even if nothing has changed'}),
  };

  async run() {
    const {flags} = await this.parse(Rebuild);
    const {rebuild} = await import('../services/rebuild/rebuild.js');
    const {BuildBar} = await import('../ui/build-progress.js');
    const modules = await rebuild({
      kernels: (flags.kernel ?? [release()]).map(toKernel),
      force: flags.force,
      progress: new BuildBar(this.jsonEnabled()),
      signal: interruptSignal(),
    });
    for (const {kernel, file, cached} of modules)
      this.say(`kernel ${kernel}: ${cached ? 'up to date' : 'built'}, ${file}`);
    return {modules};
  }
}
