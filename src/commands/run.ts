// SPDX-License-Identifier: MIT
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';

import {BaseCommand} from '../base-command.js';
import {ruleDocument} from '../domain/rule.js';
import {wrongUsage} from '../errors.js';
import {commandBehind} from '../services/argv.js';
import {runGuarded} from '../services/run.js';
import {objectText} from '../ui/object-text.js';
import {NOBODY_ANSWERS} from '../ui/protected.js';
import {unreachedFlags} from '../ui/unreached.js';

export default class Run extends BaseCommand {
  static override summary =
    'Run a command that alone gets into some files, or that must ask for some, while it runs.';
  static override description =
    'Each --protect PATH, a directory with all below it, be it there yet or not, is guarded from before the first instruction of CMD until its end: ' +
    'only CMD and what it starts get in. Each --ask PATH is the other way round: whenever CMD or what it starts touches it, ' +
    'they wait for an answer (`fguard ask` in another terminal; none in five seconds is a no), while everybody else gets in as before. ' +
    "Exits with CMD's own code, or 128 and the signal that ended it.";
  static override usage = 'run [--protect PATH]... [--ask PATH]... -- CMD...';
  static override examples = [
    {
      description: 'edit a file that nobody else can reach meanwhile',
      command: '<%= config.bin %> run --protect /srv/a.db -- sqlite3 /srv/a.db',
    },
    {
      description: 'a private directory for a build',
      command: '<%= config.bin %> run --protect ./secrets --protect ./out -- make release',
    },
    {
      description: 'an installer that must ask before it touches your home directory',
      command: '<%= config.bin %> run --ask /home/ann -- ./install.sh',
    },
  ];
  static override strict = false;
  static override args = {
    cmd: Args.string({description: 'command and its arguments, behind --', required: true}),
  };
  static override flags = {
    protect: Flags.string({
      description: "guard this, for CMD's process tree alone (repeat for more)",
      helpValue: 'PATH',
      multiple: true,
      multipleNonGreedy: true,
    }),
    ask: Flags.string({
      description: "ask when CMD's process tree touches this (repeat for more)",
      helpValue: 'PATH',
      multiple: true,
      multipleNonGreedy: true,
    }),
  };

  async run() {
    const {flags, argv} = await this.parse(Run);
    const command = commandBehind(this.argv, argv);
    if (command.some((word) => !word.isWellFormed()))
      throw wrongUsage('an argument of the command is not UTF-8, and would not reach it as it is');
    const request = {protect: flags.protect ?? [], ask: flags.ask ?? [], command};
    const {code, signal, rules} = await runGuarded(request, {
      unanswered: () => {
        this.caution(NOBODY_ANSWERS);
      },
      unreached: (found) => {
        const text = unreachedFlags(found);
        if (text !== undefined) this.caution(text);
      },
      notRemoved: (rule, reason) => {
        this.caution(`rule ${rule.id} about ${objectText(rule)} was not removed: ${reason}`);
      },
    });
    process.exitCode = code;
    return {code, signal, rules: rules.map(ruleDocument)};
  }
}
