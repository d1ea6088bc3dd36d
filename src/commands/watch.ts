// SPDX-License-Identifier: MIT
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import {hostname, release} from 'node:os';

import {BaseCommand} from '../base-command.js';
import {namesObjects} from '../domain/filter.js';
import {OPS, VERDICTS} from '../domain/names.js';
import {EXIT, notLoaded} from '../errors.js';
import {toCount, toMilliseconds} from '../flags.js';
import {interruptSignal} from '../interrupt.js';
import {packageVersion} from '../services/package-root.js';
import {countRules} from '../services/rules.js';
import {UserNames} from '../services/users.js';
import {type WatchSummary, watch} from '../services/watch.js';
import {toFilter} from '../watch-filter.js';
import {StreamOutput} from '../ui/output.js';
import {LOG_FORMATS, type LogFormat, logRenderer, recordRenderer} from '../ui/render-record.js';

const repeated = {multiple: true, multipleNonGreedy: true} as const;

const eventOrigin = (userName: (uid: number) => string) => ({
  host: hostname(),
  version: packageVersion(),
  kernel: release(),
  userName,
});

export default class Watch extends BaseCommand {
  static override summary = 'Show live who touches what, and what became of it.';
  static override description =
    'Without PATH: everything about guarded files. With --json: one object on each line. ' +
    'Bytes of names that are not UTF-8 are shown as \\xNN, and are \\udcNN in JSON.';
  static override examples = [
    {description: 'everything about guarded files', command: '<%= config.bin %> watch'},
    {
      description: 'a file, guarded or not',
      command: '<%= config.bin %> watch /etc/passwd --op write,rename',
    },
    {description: 'all below a directory', command: '<%= config.bin %> watch --tree /etc'},
    {
      description: 'the next refusal on this machine',
      command: '<%= config.bin %> watch --all --verdict deny --count 1',
    },
    {
      description: 'ten seconds of all that ann does',
      command: '<%= config.bin %> watch --all --user ann --for 10s --json',
    },
    {
      description: 'refusals for a log collector',
      command: '<%= config.bin %> watch --verdict deny --format ecs',
    },
  ];
  static override strict = false;
  static override args = {
    path: Args.string({description: 'file to watch, guarded or not; several may follow'}),
  };
  static override flags = {
    tree: Flags.boolean({description: 'each PATH is a directory: watch all below it'}),
    suffix: Flags.string({
      description: 'names that end so, such as .docx',
      helpValue: 'S',
      ...repeated,
    }),
    op: Flags.string({description: `only these: ${OPS.list.join(', ')}`, helpValue: 'LIST'}),
    verdict: Flags.string({
      description: `only these: ${VERDICTS.list.join(', ')}`,
      helpValue: 'LIST',
    }),
    pid: Flags.string({description: 'only this process', helpValue: 'N', ...repeated}),
    exe: Flags.string({description: 'only this executable', helpValue: 'P', ...repeated}),
    user: Flags.string({
      description: 'only this user, by name or number',
      helpValue: 'U',
      ...repeated,
    }),
    all: Flags.boolean({description: 'the whole system, guarded or not'}),
    count: Flags.string({description: 'end after so many events', helpValue: 'N'}),
    for: Flags.string({description: 'end after this time', helpValue: '10s'}),
    format: Flags.string({
      description: 'a line of JSON for each, for logs: Elastic Common Schema, or OCSF',
      options: Object.keys(LOG_FORMATS),
    }),
  };

  async run(): Promise<void> {
    const {flags, argv} = await this.parse(Watch);
    const filter = toFilter({...flags, paths: argv as string[]});
    const count = flags.count === undefined ? Infinity : toCount('--count', flags.count);
    const milliseconds = flags.for === undefined ? undefined : toMilliseconds('--for', flags.for);
    const users = new UserNames();
    const userName = (uid: number): string => users.name(uid);
    const render =
      flags.format === undefined
        ? recordRenderer(this.jsonEnabled(), userName)
        : logRenderer(flags.format as LogFormat, eventOrigin(userName));
    const output = new StreamOutput();
    const signal = interruptSignal();
    if (!namesObjects(filter) && (await countRules()) === 0)
      this.hint(
        'nothing is guarded yet; `fguard protect PATH` guards a file, `fguard watch --all` shows the whole system',
      );
    const summary = await watch({filter, count, milliseconds, signal}, render, output, () => {
      this.hint('watching; Ctrl-C ends');
    });
    await output.end(signal);
    this.finish(summary, signal.aborted);
  }

  /* One object on each line, a failure too. */
  override logJson(json: unknown): void {
    process.stdout.write(`${JSON.stringify(json)}\n`);
  }

  /* The stream sees for itself, and has a thread to end first. */
  protected override outputFailed(): void {
    return;
  }

  private finish({end, events, lost}: WatchSummary, interrupted: boolean): void {
    const gaps = lost > 0 ? `, ${lost} lost` : '';
    if (end !== 'closed') this.hint(`${events} ${events === 1 ? 'event' : 'events'}${gaps}`);
    if (end === 'unloaded') throw notLoaded('the module was unloaded');
    this.exit(interrupted ? EXIT.interrupted : EXIT.done);
  }
}
