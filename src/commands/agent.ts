// SPDX-License-Identifier: MIT
import * as Flags from '@oclif/core/flags';

import {agentReporter} from '../cli/agent-reporter.js';
import {BaseCommand} from '../cli/base-command.js';
import {EXIT, notLoaded} from '../domain/errors.js';
import {interruptSignal} from '../cli/interrupt.js';
import {readyFlag, toReady} from '../cli/ready-fd.js';
import {restText} from '../ui/ask/rest.js';
import {LossyOutput} from '../ui/lossy-output.js';
import {safeJson} from '../domain/text.js';

export default class Agent extends BaseCommand {
  static override summary = 'Answer for those who wait, from a policy file, as a daemon.';
  static override description =
    'The file is YAML: "answers", a list of entries that are tried in turn, and "default", what is answered where none matches (ask unless you say so). ' +
    'An entry matches by paths, trees, suffixes, exes, uids, loginuids and ops, each a list: a question must match every kind that is given, by one of its values. ' +
    'Its answer is allow, deny, or ask, which leaves the question to other answerers, such as `fguard ask`. ' +
    'Its lifetime is once, process, forever or a time such as 10m; more than once means the same operation on everything that the rule guards which asked, not only what the entry matches. ' +
    'schemas/policy.schema.json of this package describes it for editors.\n\n' +
    'A file that changes, or SIGHUP, is read again; if it is wrong, that is told with line and column, and the policy before stays in force. ' +
    'Speaks sd_notify: ready, reloading, stopping and watchdog. SIGTERM, as a service is stopped, and SIGINT (Ctrl-C), which gives exit code 130, end it; what waits then is left to the other answerers and to the rules.';
  static override examples = [
    {
      description: 'in the foreground',
      command: '<%= config.bin %> agent --config /etc/fguard/policy.yaml',
    },
    {
      description: 'what it decides, as JSON, a line for each question',
      command: '<%= config.bin %> agent --config policy.yaml --json',
    },
  ];
  static override flags = {
    config: Flags.string({description: 'the policy', helpValue: 'FILE', required: true}),
    'ready-fd': readyFlag,
  };

  private readonly output = new LossyOutput((lost) =>
    this.jsonEnabled()
      ? `${safeJson({type: 'lost', lost})}\n`
      : `${lost} lines found no room here\n`,
  );

  async run(): Promise<void> {
    const {flags} = await this.parse(Agent);
    const ready = toReady(flags['ready-fd']);
    const signal = interruptSignal(['SIGINT', 'SIGTERM']);
    const {runAgent} = await import('../services/agent/agent.js');
    const reporter = agentReporter(this.jsonEnabled(), this.output);
    const {end, rest} = await runAgent({config: flags.config, signal, onReload, ready}, reporter);
    if (end === 'unloaded') throw notLoaded('the module was unloaded');
    const text = restText(rest);
    if (text !== undefined) this.caution(text);
    await this.output.end();
    this.exit(signal.reason === 'SIGINT' ? EXIT.interrupted : EXIT.done);
  }

  /* A daemon whose reader goes away answers on. */
  protected override outputFailed(): void {
    return;
  }
}

function onReload(callback: () => void): () => void {
  process.on('SIGHUP', callback);
  return () => process.off('SIGHUP', callback);
}
