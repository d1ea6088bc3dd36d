// SPDX-License-Identifier: MIT
import * as Flags from '@oclif/core/flags';

import {BaseCommand} from '../cli/base-command.js';
import {unloadModule} from '../services/module/unload.js';

export default class Unload extends BaseCommand {
  static override summary = 'Remove the kernel module, and with it every rule.';
  static override description =
    'Readers of events are told and end. While somebody waits for an answer the module stays, and ' +
    'is named; with --force the rules go first, and who waits gets what they say without an answer.';
  static override examples = [
    {description: 'nothing is guarded any more', command: '<%= config.bin %> unload'},
    {description: 'also while questions wait', command: '<%= config.bin %> unload --force'},
  ];
  static override flags = {
    force: Flags.boolean({description: 'settle the questions that wait first'}),
  };

  async run() {
    const {flags} = await this.parse(Unload);
    const changed = await unloadModule(flags.force);
    this.tell(changed ? 'module removed; nothing is guarded now' : 'the module was not loaded');
    return {module: {loaded: false}, changed};
  }
}
