// SPDX-License-Identifier: MIT
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';

import {BaseCommand} from '../cli/base-command.js';
import {OPS} from '../domain/names.js';
import {toPid} from '../cli/flags.js';
import {explainPath} from '../services/explain.js';
import {withNames} from '../linux/passwd.js';
import {explanationDocument} from '../formats/explanation-document.js';

export default class Explain extends BaseCommand {
  static override summary = 'Show which rule decides about an object, and why.';
  static override description =
    'Also shows the answers that the rules about it remember, what its allowed executables can be made to run, its other names, the processes that have it open, and the block devices underneath with the files behind loop devices. Does not count as an access and is not reported.';
  static override examples = [
    {
      description: 'Show what happens when a process that no rule allows reads it',
      command: '<%= config.bin %> explain /srv/a.db',
    },
    {
      description: 'Show whether process 4711 may delete it',
      command: '<%= config.bin %> explain /srv/a.db --pid 4711 --op delete',
    },
  ];
  static override args = {
    path: Args.string({description: 'file or directory to explain', required: true}),
  };
  static override flags = {
    pid: Flags.string({
      description: 'explain for this process (default: a process that no rule allows)',
      helpValue: 'N',
    }),
    op: Flags.string({
      description: 'operation to explain',
      options: [...OPS.list],
      default: 'read',
      aliases: ['ops'],
    }),
  };

  async run() {
    const {args, flags} = await this.parse(Explain);
    const pid = flags.pid === undefined ? undefined : toPid(flags.pid);
    const explanation = await explainPath(args.path, OPS.value(flags.op) ?? 0, pid);
    const document = await withNames(({user}) => explanationDocument(explanation, user));
    if (!this.jsonEnabled()) {
      const {renderExplanation} = await import('../ui/explanation.js');
      this.say(renderExplanation(document));
    }
    return document;
  }
}
