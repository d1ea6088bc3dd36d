// SPDX-License-Identifier: MIT
import {release} from 'node:os';

import {BaseCommand} from '../cli/base-command.js';
import {lockModule} from '../services/module/lock.js';

export default class Lock extends BaseCommand {
  static override summary = 'Lock the rules and the module until the machine restarts.';
  static override description =
    'Nobody, root included, can then change a rule or remove the module. Rules still end by ' +
    'themselves; watching, asking and answering go on, so what is to bind root must be a rule ' +
    'that denies. There is no unlocking: a restart ends it, and with fguard.nolock=1 on the ' +
    "kernel's command line nothing can be locked.";
  static override examples = [
    {
      description: 'when the rules are as they shall be',
      command: '<%= config.bin %> apply && <%= config.bin %> lock',
    },
    {
      description: 'is it locked?',
      command: '<%= config.bin %> status --json | jq .module.locked',
    },
  ];

  async run() {
    await this.parse(Lock);
    const {status, changed} = await lockModule();
    const {version, abi, rules, locked} = status;
    const what = rules === 1 ? '1 rule' : `${rules} rules`;
    this.tell(
      `${what} and the module ${changed ? 'are' : 'were'} locked until the machine restarts`,
    );
    if (rules === 0) this.caution('no rule is in force, and none can be added');
    return {module: {loaded: true, version, abi, kernel: release(), locked}, changed, rules};
  }
}
