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
    'Also the answers that the rules about it remember, what the executables that are let in may be made to run, its other names, who holds it open, and what its bytes lie on: block devices, and the files behind loop devices. Nothing is counted or reported.';
  static override examples = [
    {
      description: 'what happens to a stranger who reads it',
      command: '<%= config.bin %> explain /srv/a.db',
    },
    {
      description: 'may process 4711 delete it?',
      command: '<%= config.bin %> explain /srv/a.db --pid 4711 --op delete',
    },
  ];
  static override args = {
    path: Args.string({description: 'object to explain', required: true}),
  };
  static override flags = {
    pid: Flags.string({
      description: 'ask for this process; without it, for one that no rule lets in',
      helpValue: 'N',
    }),
    op: Flags.string({
      description: 'what would be done to it',
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
