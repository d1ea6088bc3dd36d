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
  static override summary = 'Answer access requests from a policy file, as a daemon.';
  static override description =
    'The policy is a YAML file with two keys: "answers", a list of entries that are tried in order, and "default", the answer if none matches (ask if not given). ' +
    'An entry has lists of paths, trees, suffixes, exes, uids, loginuids and ops. A request matches an entry if it matches at least one value of every list given. ' +
    'The answer is allow, deny, or ask, which leaves the request to other answerers such as `fguard ask`. ' +
    'The lifetime is once, process, forever, or a time such as 10m. All but "once" cover the same operation on everything that the rule that asked guards, not only what the entry matches. ' +
    'fguard-policy(5) describes every key; editors can use schemas/policy.schema.json.\n\n' +
    'The file is read again when it changes, and on SIGHUP. If it is not valid, the error is reported with line and column, and the previous policy stays active. ' +
    'The agent supports sd_notify (ready, reloading, stopping and watchdog). SIGTERM and SIGINT (Ctrl-C, exit code 130) end it; pending requests are then left to the other answerers and to the defaults of the rules.';
  static override examples = [
    {
      description: 'Run in the foreground',
      command: '<%= config.bin %> agent --config /etc/fguard/policy.yaml',
    },
    {
      description: 'Print each decision as a line of JSON',
      command: '<%= config.bin %> agent --config policy.yaml --json',
    },
  ];
  static override flags = {
    config: Flags.string({description: 'policy file', helpValue: 'FILE', required: true}),
    'ready-fd': readyFlag,
  };

  private readonly output = new LossyOutput((lost) =>
    this.jsonEnabled()
      ? `${safeJson({type: 'lost', lost})}\n`
      : `${lost} lines were lost because the reader was too slow\n`,
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

  /* A daemon keeps answering when the reader of its output goes away. */
  protected override outputFailed(): void {
    return;
  }
}

function onReload(callback: () => void): () => void {
  process.on('SIGHUP', callback);
  return () => process.off('SIGHUP', callback);
}
