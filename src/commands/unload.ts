// SPDX-License-Identifier: MIT
import * as Flags from '@oclif/core/flags';

import {BaseCommand} from '../cli/base-command.js';
import {escapeText} from '../domain/text.js';
import {unloadModule} from '../services/module/unload.js';

export default class Unload extends BaseCommand {
  static override summary = 'Unload the kernel module, which removes all rules.';
  static override description =
    'Event readers are notified and exit. While requests are pending, the module stays loaded, and ' +
    "the waiting processes are listed. With --force, the rules are removed first, and pending requests get the rule's default.";
  static override examples = [
    {description: 'Stop guarding anything', command: '<%= config.bin %> unload'},
    {
      description: 'Do so even while requests are pending',
      command: '<%= config.bin %> unload --force',
    },
  ];
  static override flags = {
    force: Flags.boolean({description: 'first end pending requests with their default'}),
  };

  async run() {
    const {flags} = await this.parse(Unload);
    const changed = await unloadModule(flags.force, (processes) => {
      this.caution(
        `unloading waits until the io_uring of ${escapeText(processes.join(', '))} pauses or ends`,
      );
    });
    this.tell(
      changed ? 'module unloaded; nothing is guarded any more' : 'the module was not loaded',
    );
    return {module: {loaded: false}, changed};
  }
}
