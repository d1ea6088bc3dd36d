// SPDX-License-Identifier: MIT
import {release} from 'node:os';

import {BaseCommand} from '../cli/base-command.js';
import {lockModule} from '../services/module/lock.js';

export default class Lock extends BaseCommand {
  static override summary = 'Freeze the rules and the module until reboot.';
  static override description =
    'Afterwards nobody, not even root, can change a rule or unload the module. Rules still end by ' +
    'themselves. Watching, asking and answering continue, so use a rule that denies if it must hold ' +
    'against root. There is no unlock: a reboot ends the lock. Booting with fguard.nolock=1 on the ' +
    'kernel command line prevents locking.';
  static override examples = [
    {
      description: 'Lock once the rules are final',
      command: '<%= config.bin %> apply && <%= config.bin %> lock',
    },
    {
      description: 'Show whether it is locked',
      command: '<%= config.bin %> status --json | jq .module.locked',
    },
  ];

  async run() {
    await this.parse(Lock);
    const {status, changed} = await lockModule();
    const {version, abi, rules, locked} = status;
    const what = rules === 1 ? '1 rule' : `${rules} rules`;
    this.tell(`${what} and the module ${changed ? 'are' : 'were already'} locked until reboot`);
    if (rules === 0) this.caution('no rule is active, and none can be added');
    return {module: {loaded: true, version, abi, kernel: release(), locked}, changed, rules};
  }
}
