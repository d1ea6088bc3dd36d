// SPDX-License-Identifier: MIT
import * as Args from '@oclif/core/args';

import {BaseCommand} from '../cli/base-command.js';
import {toPid} from '../cli/flags.js';
import {whois} from '../services/whois.js';
import {identityLines} from '../ui/identity.js';

export default class Whois extends BaseCommand {
  static override summary = 'Show the executable, the user and the login user of a process.';
  static override description =
    'The login user comes from /proc/PID/loginuid and is preserved by su and sudo. Works without the module.';
  static override examples = [
    {description: 'Show process 4711', command: '<%= config.bin %> whois 4711'},
    {description: 'Show this shell', command: '<%= config.bin %> whois $$ --json'},
  ];
  static override args = {
    pid: Args.string({description: 'process id', required: true}),
  };

  async run() {
    const {args} = await this.parse(Whois);
    const identity = await whois(toPid(args.pid, 'PID'));
    this.say(...identityLines(identity));
    return identity;
  }
}
