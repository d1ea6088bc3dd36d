// SPDX-License-Identifier: MIT
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';

import {BaseCommand} from '../cli/base-command.js';
import {namesObjects} from '../domain/filter.js';
import {OPS, VERDICTS} from '../domain/names.js';
import {EXIT, notLoaded} from '../domain/errors.js';
import {toCount, toWait} from '../cli/flags.js';
import {interruptSignal} from '../cli/interrupt.js';
import {readyFlag, toReady} from '../cli/ready-fd.js';
import {countRules} from '../services/rules.js';
import {Supervisor} from '../linux/supervisor.js';
import {type WatchRequest, type WatchSummary, watch} from '../services/watch.js';
import {JOURNAL_IDS} from '../formats/journal.js';
import {LOG_FORMATS} from '../ui/render-record.js';
import {toFilter} from '../cli/watch-filter.js';
import {type WatchOutput, watchOutput} from '../cli/watch-output.js';
import {safeJson} from '../domain/text.js';

const repeated = {multiple: true, multipleNonGreedy: true} as const;

export default class Watch extends BaseCommand {
  static override summary = 'Show live who touches what, and what became of it.';
  static override description =
    'Without PATH: everything about guarded files. With --json: one object on each line. ' +
    'Bytes of names that are not UTF-8 are shown as \\xNN, and are \\udcNN in JSON. ' +
    'Names of users that this machine does not have itself are looked up aside: their numbers stand for them until they are known.\n\n' +
    '--format journal prints nothing: each event becomes an entry of the systemd journal. ' +
    'Each key of --json is a field of it (FGUARD_VERDICT, FGUARD_NEW_PATH and so on; none where it is null, several for a list), beside PRIORITY (warning for what was denied), SYSLOG_IDENTIFIER=fguard and OBJECT_PID. ' +
    'What the journal adds about that process it looks up by itself, later; what fguard says was so at the access. ' +
    `MESSAGE_ID is ${JOURNAL_IDS.access}, or ${JOURNAL_IDS.gap} where events were lost. ` +
    'fguard-log.service runs it with --verdict deny. ' +
    'What journald itself does is left out: to write that down would have no end. ' +
    'If the journal has no room or is gone, events wait, and a gap tells of those that were lost. ' +
    'The journal drops what a service writes beyond its limit (RateLimitBurst= in journald.conf(5), LogRateLimitBurst= in the unit), and says how many it suppressed; refusals do not use up what gaps may.';
  static override examples = [
    {description: 'everything about guarded files', command: '<%= config.bin %> watch'},
    {
      description: 'a file, guarded or not',
      command: '<%= config.bin %> watch /etc/passwd --op write,rename',
    },
    {description: 'a directory and all below it', command: '<%= config.bin %> watch --tree /etc'},
    {
      description: 'the next refusal on this machine',
      command: '<%= config.bin %> watch --all --verdict deny --count 1',
    },
    {
      description: 'ten seconds of all that ann does',
      command: '<%= config.bin %> watch --all --user ann --for 10s --json',
    },
    {
      description: 'a script goes on once nothing is missed',
      command:
        'mkfifo ready && { <%= config.bin %> watch /etc/passwd --ready-fd 3 3>ready & } && read -r line <ready',
    },
    {
      description: 'refusals for a log collector',
      command: '<%= config.bin %> watch --verdict deny --format ecs',
    },
    {
      description: 'refusals in the journal, for `journalctl FGUARD_VERDICT=deny`',
      command: '<%= config.bin %> watch --verdict deny --format journal',
    },
  ];
  static override strict = false;
  static override args = {
    path: Args.string({description: 'file to watch, guarded or not; several may follow'}),
  };
  static override flags = {
    tree: Flags.boolean({description: 'each PATH is a directory: watch it and all below it'}),
    suffix: Flags.string({
      description: 'names that end so, such as .docx',
      helpValue: 'S',
      ...repeated,
    }),
    op: Flags.string({
      description: `only these: ${OPS.list.join(', ')}`,
      helpValue: 'LIST',
      aliases: ['ops'],
    }),
    verdict: Flags.string({
      description: `only these: ${VERDICTS.list.join(', ')}`,
      helpValue: 'LIST',
    }),
    pid: Flags.string({description: 'only this process', helpValue: 'N', ...repeated}),
    exe: Flags.string({description: 'only this executable', helpValue: 'P', ...repeated}),
    user: Flags.string({
      description: 'only this user, by name or number',
      helpValue: 'U',
      aliases: ['uid'],
      ...repeated,
    }),
    all: Flags.boolean({description: 'the whole system, guarded or not'}),
    count: Flags.string({description: 'end after so many events', helpValue: 'N'}),
    for: Flags.string({description: 'end after this time', helpValue: '10s'}),
    format: Flags.string({
      description:
        'for logs: a line of JSON for each in the Elastic Common Schema, or in OCSF; or an entry of the journal',
      options: [...Object.keys(LOG_FORMATS), 'journal'],
    }),
    'ready-fd': readyFlag,
  };

  private tellReady: () => void = () => undefined;
  private readonly supervisor = new Supervisor((text) => {
    this.caution(text);
  });

  async run(): Promise<void> {
    const {flags, argv} = await this.parse(Watch);
    const filter = toFilter({...flags, paths: argv as string[]});
    const count = flags.count === undefined ? Infinity : toCount('--count', flags.count);
    const milliseconds = flags.for === undefined ? undefined : toWait('--for', flags.for);
    this.tellReady = toReady(flags['ready-fd']);
    const signal = interruptSignal();
    const output = await watchOutput(flags.format, this.jsonEnabled());
    if (!namesObjects(filter) && (await countRules()) === 0)
      this.hint(
        'nothing is guarded yet; `fguard protect PATH` guards a file, `fguard watch --all` shows the whole system',
      );
    const summary = await this.watch({filter, count, milliseconds, signal}, output);
    this.finish(summary, signal.aborted);
  }

  /* One object on each line, a failure too. */
  override logJson(json: unknown): void {
    process.stdout.write(`${safeJson(json)}\n`);
  }

  /* The stream sees for itself, and has a thread to end first. */
  protected override outputFailed(): void {
    return;
  }

  /* A service manager needs no hints. */
  protected override hint(text: string): void {
    if (!this.supervisor.isThere) super.hint(text);
  }

  private readonly started = (): void => {
    this.hint('watching; Ctrl-C ends');
    this.supervisor.ready('watching');
    this.tellReady();
  };

  private async watch(request: WatchRequest, output: WatchOutput): Promise<WatchSummary> {
    try {
      return await watch(request, output, this.started);
    } finally {
      await output.end(request.signal);
      await this.supervisor.stopping();
    }
  }

  private finish({end, events, lost}: WatchSummary, interrupted: boolean): void {
    const gaps = lost > 0 ? `, ${lost} lost` : '';
    if (end !== 'closed') this.hint(`${events} ${events === 1 ? 'event' : 'events'}${gaps}`);
    if (end === 'unloaded') throw notLoaded('the module was unloaded');
    this.exit(interrupted ? EXIT.interrupted : EXIT.done);
  }
}
