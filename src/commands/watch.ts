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
  static override summary = 'Stream file accesses and their verdicts as they happen.';
  static override description =
    'Without PATH, reports every access to guarded files. With --json, prints one object per line. ' +
    'Bytes of names that are not valid UTF-8 are printed as \\xNN, and in JSON as \\udcNN. ' +
    'Users that are not in the local /etc/passwd are looked up in the background and shown by number until their names are known.\n\n' +
    '--format journal prints nothing: it writes each event to the systemd journal. ' +
    'Every key of the JSON object becomes a field (FGUARD_VERDICT, FGUARD_NEW_PATH and so on). A null is left out, and a list becomes a repeated field. ' +
    'Entries also have PRIORITY (warning for denied accesses), SYSLOG_IDENTIFIER=fguard and OBJECT_PID. ' +
    'The journal looks up further facts about that process itself, later; the FGUARD_ fields describe the moment of the access. ' +
    `MESSAGE_ID is ${JOURNAL_IDS.access}, or ${JOURNAL_IDS.gap} where events were lost. ` +
    'fguard-log.service runs this with --verdict deny. ' +
    'Accesses by journald itself are left out, because recording them would loop forever. ' +
    'If the journal is full or not running, events wait, and a gap reports how many were lost. ' +
    'journald drops messages beyond its rate limit (RateLimitBurst= in journald.conf(5), LogRateLimitBurst= in the unit) and reports how many; denied accesses do not use up the limit for gaps.';
  static override examples = [
    {description: 'Watch all guarded files', command: '<%= config.bin %> watch'},
    {
      description: 'Watch one file, guarded or not',
      command: '<%= config.bin %> watch /etc/passwd --op write,rename',
    },
    {
      description: 'Watch a directory and everything in it',
      command: '<%= config.bin %> watch --tree /etc',
    },
    {
      description: 'Wait for the next denied access on this machine',
      command: '<%= config.bin %> watch --all --verdict deny --count 1',
    },
    {
      description: 'Record everything ann does for ten seconds',
      command: '<%= config.bin %> watch --all --user ann --for 10s --json',
    },
    {
      description: 'Continue a script once watching has started',
      command:
        'mkfifo ready && { <%= config.bin %> watch /etc/passwd --ready-fd 3 3>ready & } && read -r line <ready',
    },
    {
      description: 'Print denied accesses for a log collector',
      command: '<%= config.bin %> watch --verdict deny --format ecs',
    },
    {
      description:
        'Write denied accesses to the journal, for `journalctl -u fguard-log FGUARD_VERDICT=deny`',
      command: '<%= config.bin %> watch --verdict deny --format journal',
    },
  ];
  static override strict = false;
  static override args = {
    path: Args.string({description: 'file to watch, guarded or not; can be repeated'}),
  };
  static override flags = {
    tree: Flags.boolean({description: 'each PATH is a directory: watch it and everything in it'}),
    suffix: Flags.string({
      description: 'only file names with this ending, such as .docx',
      helpValue: 'S',
      ...repeated,
    }),
    op: Flags.string({
      description: `only these operations: ${OPS.list.join(', ')}`,
      helpValue: 'LIST',
      aliases: ['ops'],
    }),
    verdict: Flags.string({
      description: `only these verdicts: ${VERDICTS.list.join(', ')}`,
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
    all: Flags.boolean({description: 'watch the whole system, guarded or not'}),
    count: Flags.string({description: 'exit after this many events', helpValue: 'N'}),
    for: Flags.string({description: 'exit after this time', helpValue: '10s'}),
    format: Flags.string({
      description:
        'log format: one line of JSON per event in the Elastic Common Schema (ecs) or in OCSF (ocsf), or an entry in the systemd journal',
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
        'nothing is guarded yet; use `fguard protect PATH` to guard a file, or `fguard watch --all` to watch the whole system',
      );
    const summary = await this.watch({filter, count, milliseconds, signal}, output);
    this.finish(summary, signal.aborted);
  }

  /* One object on each line, also for an error. */
  override logJson(json: unknown): void {
    process.stdout.write(`${safeJson(json)}\n`);
  }

  /* The stream detects this itself, and must stop its thread first. */
  protected override outputFailed(): void {
    return;
  }

  /* A service manager needs no hints. */
  protected override hint(text: string): void {
    if (!this.supervisor.isThere) super.hint(text);
  }

  private readonly started = (): void => {
    this.hint('watching; press Ctrl-C to quit');
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
