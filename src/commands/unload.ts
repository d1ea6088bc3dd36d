// SPDX-License-Identifier: MIT
import {BaseCommand} from '../base-command.js';
import {unloadModule} from '../services/module/unload.js';

export default class Unload extends BaseCommand {
  static override summary = 'Remove the kernel module, and with it every rule.';
  static override examples = [
    {description: 'nothing is guarded any more', command: '<%= config.bin %> unload'},
    {description: 'the same, for a program', command: '<%= config.bin %> unload --json'},
  ];

  async run() {
    await this.parse(Unload);
    const changed = await unloadModule();
    this.say(changed ? 'module removed; nothing is guarded now' : 'the module was not loaded');
    return {module: {loaded: false}, changed};
  }
}
