// SPDX-License-Identifier: MIT
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';

import {BaseCommand} from '../cli/base-command.js';
import {VERDICTS} from '../domain/names.js';
import {ruleDocument} from '../domain/rule.js';
import {escapeText} from '../domain/text.js';
import {wrongUsage} from '../domain/errors.js';
import {toRunRequest} from '../cli/run-request.js';
import {commandBehind} from '../cli/argv.js';
import {runGuarded} from '../services/run.js';
import {objectText} from '../ui/object-text.js';
import {NOBODY_ANSWERS} from '../ui/protected.js';
import {unreachedFlags} from '../ui/unreached.js';

const repeated = {helpValue: 'PATH', multiple: true, multipleNonGreedy: true} as const;

export default class Run extends BaseCommand {
  static override summary =
    'Run a command that alone gets into some files, or that may not do as it likes with some.';
  static override description =
    'The rules are in force from before the first instruction of CMD until its end. A PATH that is a directory counts with all below it, and it need not be there yet. ' +
    '--protect is about everybody else: only CMD and what it starts get in. The others are about CMD and what it starts, while everybody else gets in as before: ' +
    'where it touches an --ask PATH it waits for an answer (`fguard ask` in another terminal; none in time gives --default), ' +
    'a --deny PATH is refused to it, a --read-only PATH it may only read, list and execute, and what it does with a --log PATH is reported (`fguard watch`). These rules stay after CMD while something that it started goes on.\n\n' +
    'Under sudo, doas or pkexec CMD runs as who called that, with their groups, HOME, USER and LOGNAME; --user names another, --as-root stays root. ' +
    "Exits with CMD's own code, or 128 and the signal that ended it.";
  static override usage =
    'run [--protect PATH]... [--ask PATH]... [--deny PATH]... [--read-only PATH]... [--log PATH]... [--user U | --as-root] -- CMD...';
  static override examples = [
    {
      description:
        'work on a database that nobody else can reach meanwhile, its -wal and -journal included',
      command: '<%= config.bin %> run --protect /srv/db -- sqlite3 /srv/db/a.db',
    },
    {
      description: 'a private directory for a build',
      command: '<%= config.bin %> run --protect ./secrets --protect ./out -- make release',
    },
    {
      description: 'an installer that must ask before it touches your home directory',
      command: '<%= config.bin %> run --ask /home/ann --timeout 1m -- ./install.sh',
    },
    {
      description: 'a program that can neither read your keys nor change the sources',
      command: '<%= config.bin %> run --deny /home/ann/.ssh --read-only ./src -- make test',
    },
  ];
  static override strict = false;
  static override args = {
    cmd: Args.string({description: 'command and its arguments, behind --', required: true}),
  };
  static override flags = {
    protect: Flags.string({
      description: "guard this, for CMD's process tree alone (repeat for more)",
      ...repeated,
    }),
    ask: Flags.string({
      description: "ask when CMD's process tree touches this (repeat for more)",
      ...repeated,
    }),
    deny: Flags.string({
      description: "refuse this to CMD's process tree (repeat for more)",
      ...repeated,
    }),
    'read-only': Flags.string({
      description: "let CMD's process tree only read, list and execute this (repeat for more)",
      ...repeated,
    }),
    log: Flags.string({
      description: "report what CMD's process tree does with this (repeat for more)",
      ...repeated,
    }),
    timeout: Flags.string({
      description: 'with --ask: how long an answer may take; 5s unless you say so',
      helpValue: '5s',
      aliases: ['deadline'],
    }),
    default: Flags.string({
      description: 'with --ask: what happens where nobody answers; deny unless you say so',
      options: [...VERDICTS.list],
    }),
    user: Flags.string({
      description: 'run CMD as this user, name or number',
      helpValue: 'U',
      aliases: ['uid'],
    }),
    'as-root': Flags.boolean({description: 'run CMD as root, also under sudo'}),
  };

  async run() {
    const {flags, argv} = await this.parse(Run);
    const command = commandBehind(this.argv, argv);
    if (command.some((word) => !word.isWellFormed()))
      throw wrongUsage('an argument of the command is not UTF-8, and would not reach it as it is');
    const request = toRunRequest(flags, command);
    if (request.paths.length === 0) this.caution(NOTHING_GUARDED);
    const {account} = request;
    if (account !== undefined && process.stderr.isTTY) this.hint(runsAsText(account.name));
    const {code, signal, rules} = await runGuarded(request, {
      unanswered: () => {
        this.caution(NOBODY_ANSWERS);
      },
      unreached: (found) => {
        const text = unreachedFlags(found);
        if (text !== undefined) this.caution(text);
      },
      typing: () => {
        this.caution(CAN_TYPE);
      },
      outlived: (rules) => {
        const ids = rules.map(({id}) => id).join(' ');
        this.caution(`${GOES_ON}: \`sudo fguard unprotect ${ids}\``);
      },
      notRemoved: (rule, reason) => {
        this.caution(`rule ${rule.id} about ${objectText(rule)} was not removed: ${reason}`);
      },
    });
    process.exitCode = code;
    return {code, signal, user: account?.name ?? null, rules: rules.map(ruleDocument)};
  }
}

const NOTHING_GUARDED =
  'this guards nothing: no --protect, --ask, --deny, --read-only or --log PATH is given';

const CAN_TYPE =
  'the command may type into this terminal (TIOCSTI), for whoever reads there: the kernel takes no filter from us';

const GOES_ON =
  'something that the command started goes on, and is guarded still; to remove the rules once it has ended';

const runsAsText = (name: string): string =>
  `fguard: runs as ${escapeText(name)}; --as-root stays root`;
