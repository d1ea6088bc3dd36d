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
import {lockOutWarnings} from '../services/own-needs.js';
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
  static override summary = 'Guard files: only the processes you name may access them.';
  static override description =
    'Adds a rule for each PATH, or replaces the rule that PATH has. A directory is guarded with everything in it; with --no-tree, only the directory itself is. ' +
    'A PATH that does not exist yet is guarded as soon as it is created; end it with a slash if it will be a directory. ' +
    'Prints the id of each rule, and the processes that already have the files open.\n\n' +
    'A process is allowed if it matches at least one value of every kind given (--pid, --exe, --uid, --gid, --loginuid, --cgroup); with none given, no process is. ' +
    'With --else ask, every other process waits until someone answers: `fguard ask` at a terminal, `fguard agent` from a policy file, or a program of yours.\n\n' +
    'With --save, the rule is also written to a file of its own in /etc/fguard/rules.d, or replaces the rule saved there for the same PATH. ' +
    '`fguard unprotect` does not remove that file.';
  static override examples = [
    {description: 'Deny everyone', command: '<%= config.bin %> protect /srv/a.db'},
    {description: 'Allow one process', command: '<%= config.bin %> protect /srv/a.db --pid 4711'},
    {
      description: 'Let everyone read a file, and nobody change it',
      command:
        '<%= config.bin %> protect /etc/hosts --ops write,create,delete,rename,link,truncate,attr,mount',
    },
    {
      description: 'Allow one program when one user runs it',
      command: '<%= config.bin %> protect /srv/a.db --exe /usr/sbin/postgres --uid postgres',
    },
    {
      description: 'Allow one service to access a directory and everything in it',
      command: '<%= config.bin %> protect /srv/app --cgroup app.service',
    },
    {
      description:
        'Allow this shell and its descendants if ann logged in to start them, for at most ten minutes',
      command:
        '<%= config.bin %> protect key.pem --pid $$ --children --loginuid ann --until-exit --ttl 10m',
    },
    {
      description:
        'Guard all documents below a directory, even from processes that already have them open',
      command: '<%= config.bin %> protect /home --suffix .docx --strict',
    },
    {
      description:
        'Ask about every access (see `fguard ask`); no answer within 30 seconds denies it',
      command: '<%= config.bin %> protect key.pem --else ask --default deny --timeout 30s',
    },
    {
      description: 'Allow one user, now and after every boot',
      command: '<%= config.bin %> protect /srv/a.db --uid postgres --save',
    },
    {
      description: 'Report accesses without denying any, and name the rule',
      command: '<%= config.bin %> protect key.pem --else log --name key',
    },
  ];
  static override strict = false;
  static override args = {
    path: Args.string({description: 'file or directory to guard; can be repeated'}),
  };
  static override flags = {
    pid: Flags.string({description: 'allow this process', helpValue: 'N', ...repeated}),
    children: Flags.boolean({
      description: 'also allow descendants that the --pid processes start from now on',
    }),
    exe: Flags.string({description: 'allow this executable', helpValue: 'P', ...repeated}),
    uid: Flags.string({
      description: 'allow this user, by name or number',
      helpValue: 'U',
      aliases: ['user'],
      ...repeated,
    }),
    gid: Flags.string({
      description: 'allow this group, by name or number',
      helpValue: 'G',
      ...repeated,
    }),
    loginuid: Flags.string({
      description:
        'allow processes with this audit login UID, by name or number; su and sudo preserve it',
      helpValue: 'U',
      ...repeated,
    }),
    cgroup: Flags.string({
      description: 'allow this cgroup: a path below /sys/fs/cgroup, or a systemd unit',
      helpValue: 'C',
      ...repeated,
    }),
    tree: Flags.boolean({
      description:
        'each PATH is a directory or will become one (existing directories are guarded with everything in them anyway)',
    }),
    'no-tree': Flags.boolean({
      description: 'guard a directory itself, not what is in it',
    }),
    suffix: Flags.string({
      description: 'guard file names with this ending, such as .docx, below PATH or everywhere',
      helpValue: 'S',
    }),
    ops: Flags.string({
      description: `guard only these operations: ${OPS.list.join(', ')}`,
      helpValue: 'LIST',
      aliases: ['op'],
    }),
    else: Flags.string({
      description: 'what to do with all other processes',
      options: [...ELSES.list],
      default: 'deny',
    }),
    default: Flags.string({
      description: 'with --else ask: verdict if nobody answers (default: deny)',
      options: [...VERDICTS.list],
    }),
    timeout: Flags.string({
      description: 'with --else ask: time allowed for an answer (default: 5s)',
      helpValue: '5s',
      aliases: ['deadline'],
    }),
    errno: Flags.string({
      description:
        'error returned when access is denied; even with ENOENT, stat still shows the file',
      options: ERRNOS,
      default: 'EACCES',
    }),
    strict: Flags.boolean({
      description: 'also apply to file descriptors and mappings opened before the rule',
    }),
    'until-exit': Flags.boolean({description: 'remove the rule when the last --pid process exits'}),
    ttl: Flags.string({description: 'remove the rule after this time', helpValue: '10m'}),
    name: Flags.string({description: 'name of the rule', helpValue: 'NAME'}),
    save: Flags.boolean({description: 'also save the rule, for `fguard apply` and the next boot'}),
  };

  async run() {
    const {flags, argv, raw} = await this.parse(Protect);
    const request = toProtectRequest({...flags, paths: argv as string[]});
    const {rules, holders, unanswered, saved} = flags.save
      ? await (await import('../services/rule-files/save.js')).protectAndSave(request)
      : {...(await protect(request)), saved: undefined};
    for (const text of request.exes.flatMap(executableWarnings)) this.caution(escapeText(text));
    for (const text of rules.map(linksWarning)) if (text !== undefined) this.caution(text);
    for (const text of lockOutWarnings(rules.map(({rule}) => rule))) this.caution(escapeText(text));
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
