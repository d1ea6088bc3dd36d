// SPDX-License-Identifier: MIT
import {BaseCommand} from '../cli/base-command.js';
import {interruptSignal} from '../cli/interrupt.js';

export default class Load extends BaseCommand {
  static override summary = 'Insert the kernel module, built first if needed.';
  static override examples = [
    {description: 'build if needed and insert', command: '<%= config.bin %> load'},
    {description: 'the same, for a program', command: '<%= config.bin %> load --json'},
  ];

  async run() {
    await this.parse(Load);
    const {loadModule} = await import('../services/module/load.js');
    const {BuildBar} = await import('../ui/build-progress.js');
    const bar = new BuildBar(this.hidesProgress);
    const {status, kernel, file} = await loadModule(bar, interruptSignal());
    const {version, abi, locked} = status;
    if (file === null) this.tell(`the module was loaded already, version ${version}`);
    else this.tell(`module loaded, version ${version}`);
    return {
      module: {loaded: true, version, abi, kernel, locked},
      changed: file !== null,
      file,
    };
  }
}
