// SPDX-License-Identifier: MIT
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';

import {BaseCommand} from '../cli/base-command.js';
import {ELSES, OPS, VERDICTS} from '../domain/names.js';
import {ruleDocument} from '../domain/rule.js';
import {escapeText} from '../domain/text.js';
import type {ErrnoName} from '../domain/errno.js';
import {toProtectRequest} from '../cli/protect-request.js';
import {executableWarnings} from '../services/executables.js';
import {protect} from '../services/protect.js';
import {
  NOBODY_ANSWERS,
  holderLines,
  linksWarning,
  protectedLines,
  savedLine,
} from '../ui/protected.js';
import {executingWarnings} from '../ui/executing.js';
import {layerWarnings, unreachedWarnings} from '../ui/unreached.js';

const repeated = {multiple: true, multipleNonGreedy: true} as const;
const ERRNOS: ErrnoName[] = ['EACCES', 'EPERM', 'ENOENT'];

export default class Protect extends BaseCommand {
  static override summary = 'Guard files: only those you name get in.';
  static override description =
    'Adds the guard of each PATH, or replaces it. A directory is guarded with all that is in it, unless --no-tree says otherwise. ' +
    'A PATH that is not there yet is guarded when it is created, as a directory if it ends in a slash. ' +
    'Prints the ids of the rules, and who already holds the files open. ' +
    'Let in is who matches every kind that is given (--pid, --exe, --uid, --gid, --loginuid, --cgroup), each by one of its values; without any, nobody is. ' +
    'With --else ask everyone else waits until somebody answers for them: `fguard ask` in a terminal, `fguard agent` from a file, or a program. ' +
    'With --save the rule is also written to a file of its own in /etc/fguard/rules.d, or replaces the one saved there for the same PATH; ' +
    '`fguard unprotect` leaves that file alone.';
  static override examples = [
    {description: 'nobody gets in', command: '<%= config.bin %> protect /srv/a.db'},
    {description: 'one process gets in', command: '<%= config.bin %> protect /srv/a.db --pid 4711'},
    {
      description: 'it can be read by all, and changed by nobody',
      command:
        '<%= config.bin %> protect /etc/hosts --ops write,create,delete,rename,link,truncate,attr,mount',
    },
    {
      description: 'one program of one user gets in',
      command: '<%= config.bin %> protect /srv/a.db --exe /usr/sbin/postgres --uid postgres',
    },
    {
      description: 'a directory with all below it, for a service alone',
      command: '<%= config.bin %> protect /srv/app --cgroup app.service',
    },
    {
      description:
        'a shell and what it starts, if it was ann who logged in, for ten minutes at most',
      command:
        '<%= config.bin %> protect key.pem --pid $$ --children --loginuid ann --until-exit --ttl 10m',
    },
    {
      description: 'all documents below a directory, also for those who have them open already',
      command: '<%= config.bin %> protect /home --suffix .docx --strict',
    },
    {
      description:
        'everyone else waits for a yes or no, see `fguard ask`; none in 30 seconds is a no',
      command: '<%= config.bin %> protect key.pem --else ask --default deny --timeout 30s',
    },
    {
      description: 'for one user, from now on and after every start too',
      command: '<%= config.bin %> protect /srv/a.db --uid postgres --save',
    },
    {
      description: 'only report who comes, and give the rule a name',
      command: '<%= config.bin %> protect key.pem --else log --name key',
    },
  ];
  static override strict = false;
  static override args = {
    path: Args.string({description: 'what to guard; several may follow'}),
  };
  static override flags = {
    pid: Flags.string({description: 'let this process in', helpValue: 'N', ...repeated}),
    children: Flags.boolean({description: 'and its descendants from now on'}),
    exe: Flags.string({description: 'let this executable in', helpValue: 'P', ...repeated}),
    uid: Flags.string({
      description: 'let this user in, name or number',
      helpValue: 'U',
      aliases: ['user'],
      ...repeated,
    }),
    gid: Flags.string({
      description: 'let this group in, name or number',
      helpValue: 'G',
      ...repeated,
    }),
    loginuid: Flags.string({
      description: 'let in who logged in as this user, through su and sudo',
      helpValue: 'U',
      ...repeated,
    }),
    cgroup: Flags.string({
      description: 'let this cgroup in: a path below /sys/fs/cgroup, or a systemd unit',
      helpValue: 'C',
      ...repeated,
    }),
    tree: Flags.boolean({
      description:
        'each PATH is a directory, or will be one; of those that are, all below is guarded anyway',
    }),
    'no-tree': Flags.boolean({
      description: 'of a directory, guard itself alone, not what is in it',
    }),
    suffix: Flags.string({
      description: 'guard names that end so, such as .docx, below PATH or everywhere',
      helpValue: 'S',
    }),
    ops: Flags.string({
      description: `guard only these: ${OPS.list.join(', ')}`,
      helpValue: 'LIST',
      aliases: ['op'],
    }),
    else: Flags.string({
      description: 'what happens to everyone else',
      options: [...ELSES.list],
      default: 'deny',
    }),
    default: Flags.string({
      description: 'with --else ask: what happens where nobody answers; deny unless you say so',
      options: [...VERDICTS.list],
    }),
    timeout: Flags.string({
      description: 'with --else ask: how long an answer may take; 5s unless you say so',
      helpValue: '5s',
      aliases: ['deadline'],
    }),
    errno: Flags.string({
      description: 'error that the refused see; with ENOENT, stat shows the file still',
      options: ERRNOS,
      default: 'EACCES',
    }),
    strict: Flags.boolean({description: 'descriptors and mappings from before count too'}),
    'until-exit': Flags.boolean({description: 'the rule ends with the last --pid'}),
    ttl: Flags.string({description: 'the rule ends after this time', helpValue: '10m'}),
    name: Flags.string({description: 'name of the rule', helpValue: 'NAME'}),
    save: Flags.boolean({description: 'save the rule too, for `fguard apply` and the next start'}),
  };

  async run() {
    const {flags, argv, raw} = await this.parse(Protect);
    const request = toProtectRequest({...flags, paths: argv as string[]});
    const {rules, holders, unanswered, saved} = flags.save
      ? await (await import('../services/rule-files/save.js')).protectAndSave(request)
      : {...(await protect(request)), saved: undefined};
    for (const text of request.exes.flatMap(executableWarnings)) this.caution(escapeText(text));
    for (const text of rules.map(linksWarning)) if (text !== undefined) this.caution(text);
    for (const text of executingWarnings(rules)) this.caution(text);
    const typed = raw.filter((token) => token.type === 'flag');
    for (const text of [...unreachedWarnings(rules, typed), ...layerWarnings(rules, typed)])
      this.caution(text);
    if (unanswered) this.hint(NOBODY_ANSWERS);
    this.tell(...rules.flatMap(protectedLines), ...holderLines(holders));
    this.tell(...(saved ?? []).map(savedLine));
    return {
      rules: rules.map(({rule}) => ruleDocument(rule)),
      holders,
      ...(saved === undefined ? {} : {saved}),
    };
  }
}
