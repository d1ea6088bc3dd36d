// SPDX-License-Identifier: MIT
import {BaseCommand} from '../cli/base-command.js';
import {interruptSignal} from '../cli/interrupt.js';

export default class Load extends BaseCommand {
  static override summary = 'Load the kernel module, building it first if needed.';
  static override examples = [
    {description: 'Build the module if needed, and load it', command: '<%= config.bin %> load'},
    {description: 'Do the same, and print JSON', command: '<%= config.bin %> load --json'},
  ];

  async run() {
    await this.parse(Load);
    const {loadModule} = await import('../services/module/load.js');
    const {BuildBar} = await import('../ui/build-progress.js');
    const bar = new BuildBar(this.hidesProgress);
    const {status, kernel, file} = await loadModule(bar, interruptSignal());
    const {version, abi, locked} = status;
    if (file === null) this.tell(`the module is already loaded, version ${version}`);
    else this.tell(`module loaded, version ${version}`);
    return {
      module: {loaded: true, version, abi, kernel, locked},
      changed: file !== null,
      file,
    };
  }
}
