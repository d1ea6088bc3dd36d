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
    'Run a command with exclusive access to files, or make it ask before accessing them.';
  static override description =
    'The rules are active from before the first instruction of CMD until it ends. A directory is guarded with everything in it. A PATH is guarded whether or not it exists yet.\n\n' +
    '--protect denies PATH to everyone except CMD and its descendants. The other flags restrict CMD and its descendants, and nobody else: ' +
    'with --ask, an access to PATH waits for an answer (run `fguard ask` in another terminal; without an answer in time, --default applies); ' +
    'with --deny, it is denied; with --read-only, only reading, listing and executing are allowed; with --log, it is reported (see `fguard watch`). These rules stay after CMD while one of its descendants runs.\n\n' +
    "Under sudo, doas or pkexec, CMD runs as the user who called that, with that user's groups, HOME, USER and LOGNAME. --user runs it as another user, --as-root as root. " +
    "Exits with CMD's exit code, or with 128 plus the number of the signal that ended it.";
  static override usage =
    'run [--protect PATH]... [--ask PATH]... [--deny PATH]... [--read-only PATH]... [--log PATH]... [--user U | --as-root] -- CMD...';
  static override examples = [
    {
      description:
        'Work on a database that nobody else can access meanwhile, including its -wal and -journal files',
      command: '<%= config.bin %> run --protect /srv/db -- sqlite3 /srv/db/a.db',
    },
    {
      description: 'Give a build private directories',
      command: '<%= config.bin %> run --protect ./secrets --protect ./out -- make release',
    },
    {
      description: 'Make an installer ask before it accesses your home directory',
      command: '<%= config.bin %> run --ask /home/ann --timeout 1m -- ./install.sh',
    },
    {
      description: 'Keep a program from reading your keys and from changing the sources',
      command: '<%= config.bin %> run --deny /home/ann/.ssh --read-only ./src -- make test',
    },
  ];
  static override strict = false;
  static override args = {
    cmd: Args.string({description: 'command and its arguments, after --', required: true}),
  };
  static override flags = {
    protect: Flags.string({
      description: 'allow only CMD and its descendants to access this',
      ...repeated,
    }),
    ask: Flags.string({
      description: 'ask when CMD or its descendants access this',
      ...repeated,
    }),
    deny: Flags.string({
      description: 'deny CMD and its descendants access to this',
      ...repeated,
    }),
    'read-only': Flags.string({
      description: 'allow CMD and its descendants only to read, list and execute this',
      ...repeated,
    }),
    log: Flags.string({
      description: 'report what CMD and its descendants do with this',
      ...repeated,
    }),
    timeout: Flags.string({
      description: 'with --ask: time allowed for an answer (default: 5s)',
      helpValue: '5s',
      aliases: ['deadline'],
    }),
    default: Flags.string({
      description: 'with --ask: verdict if nobody answers (default: deny)',
      options: [...VERDICTS.list],
    }),
    user: Flags.string({
      description: 'run CMD as this user, by name or number',
      helpValue: 'U',
      aliases: ['uid'],
    }),
    'as-root': Flags.boolean({description: 'run CMD as root, even under sudo'}),
  };

  async run() {
    const {flags, argv} = await this.parse(Run);
    const command = commandBehind(this.argv, argv);
    if (command.some((word) => !word.isWellFormed()))
      throw wrongUsage(
        'an argument of CMD is not valid UTF-8, so it cannot be passed on unchanged',
      );
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
        this.caution(`cannot remove rule ${rule.id} about ${objectText(rule)}: ${reason}`);
      },
    });
    process.exitCode = code;
    return {code, signal, user: account?.name ?? null, rules: rules.map(ruleDocument)};
  }
}

const NOTHING_GUARDED =
  'nothing is guarded: give at least one --protect, --ask, --deny, --read-only or --log PATH';

const CAN_TYPE =
  'the command can type into this terminal (TIOCSTI): the kernel does not accept a filter';

const GOES_ON =
  'a descendant of the command still runs, so its rules stay; to remove them once it has ended';

const runsAsText = (name: string): string =>
  `fguard: running CMD as ${escapeText(name)}; use --as-root to run it as root`;
