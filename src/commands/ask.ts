// SPDX-License-Identifier: MIT
import * as Flags from '@oclif/core/flags';

import {toAskMode} from '../cli/ask-mode.js';
import {BaseCommand} from '../cli/base-command.js';
import {VERDICTS} from '../domain/names.js';
import {EXIT, notLoaded} from '../domain/errors.js';
import {interruptSignal} from '../cli/interrupt.js';
import {readyFlag, toReady} from '../cli/ready-fd.js';
import {Answerer} from '../services/ask/answerer.js';
import {type AskSummary, runAsking} from '../services/ask/session.js';
import {restText} from '../ui/ask/rest.js';
import {StreamOutput} from '../ui/output.js';
import {escapeText, safeJson} from '../domain/text.js';

export default class Ask extends BaseCommand {
  static override summary = 'Answer pending access requests.';
  static override description =
    'Rules with --else ask make every process they do not allow wait for an answer. ' +
    "At a terminal, one request is shown at a time, with a countdown. Users take turns, and each user's most urgent request comes first; the same order applies to --json and --exec. " +
    'The arguments and the working directory shown are read from the process itself, which may have changed its arguments.\n\n' +
    'Keys 1 to 4 allow and 5 to 8 deny: this access once; this process until it exits; this program run by the same user for 10 minutes, or for as long as the rule exists. ' +
    'All but "once" cover the same operation on everything the rule guards. Enter denies once. Keys are ignored for a moment when a new request appears, so that a key meant for the previous one does not answer it. ' +
    "q or Ctrl-C quits: pending requests are left to the other answerers; if there are none, they get the rule's default immediately. " +
    "This program and the programs it starts are never asked about. The shell and the terminal it runs in get the rule's default immediately.\n\n" +
    'With --json, requests are written and answers are read, one object per line: {"id":"7","verdict":"allow","lifetime":"once"}. The lifetime is once, process, forever, or a time such as 10m. In a request, "args" is null if the arguments cannot be read, "argsCut" is true if they exceed 32 KiB, and "user" is a number while the name is being looked up. Invalid lines are reported on stderr. End of input quits.\n\n' +
    'With --exec, PROGRAM is run for each request, up to sixteen at a time; one user never has more of them running than there are places left for others. It gets the request as JSON on standard input, and these environment variables where they apply: FGUARD_ID, FGUARD_RULE, FGUARD_OP, FGUARD_PATH, FGUARD_NEW_PATH, FGUARD_PID, FGUARD_COMM, FGUARD_EXE, FGUARD_UID, FGUARD_LOGINUID and FGUARD_USER (a name that is not valid UTF-8 is in the JSON only). ' +
    'Exit code 0 allows once and 1 denies once. Any other exit code is no answer; at the deadline the program is killed. Its output goes to stderr.';
  static override examples = [
    {description: 'Answer at this terminal', command: '<%= config.bin %> ask'},
    {
      description: 'Deny all pending requests on quitting, instead of leaving them to others',
      command: '<%= config.bin %> ask --default deny',
    },
    {
      description: 'Let a program decide by its exit code',
      command: '<%= config.bin %> ask --exec ./decide',
    },
    {
      description: 'Deny all deletions, and answer nothing else',
      command:
        'mkfifo answers && <%= config.bin %> ask --json <answers | jq -c --unbuffered \'select(.op == "delete") | {id, verdict: "deny"}\' >answers',
    },
  ];
  static override flags = {
    default: Flags.string({
      description:
        'verdict for Enter, for requests still pending on quitting, and where PROGRAM gives no answer (default: Enter denies; the rest is left to other answerers and the rules)',
      options: [...VERDICTS.list],
    }),
    exec: Flags.string({
      description: 'run this program for each request; its exit code is the answer',
      helpValue: 'PROGRAM',
    }),
    'ready-fd': readyFlag,
  };

  private output: StreamOutput | undefined;

  async run(): Promise<void> {
    const {flags} = await this.parse(Ask);
    const verdict = flags.default === undefined ? undefined : VERDICTS.value(flags.default);
    const makeMode = await toAskMode({
      json: this.jsonEnabled(),
      program: flags.exec,
      verdict,
      complain: (text) => {
        this.caution(escapeText(text));
      },
    });
    const tellReady = toReady(flags['ready-fd']);
    const signal = interruptSignal();
    const answerer = await Answerer.attach();
    tellReady();
    const output = (this.output = new StreamOutput());
    if (flags.exec !== undefined) this.hint('answering; press Ctrl-C to quit');
    const summary = await runAsking(answerer, makeMode(answerer, output), {
      output,
      signal,
      verdict,
    });
    if (summary.end === 'unloaded') throw notLoaded('the module was unloaded');
    await output.end(signal);
    this.finish(summary);
  }

  /* There is one stream for each file descriptor, so an error is written after the lines before it. */
  override logJson(json: unknown): void {
    if (this.output === undefined) super.logJson(json);
    else void this.output.write(`${safeJson(json)}\n`);
  }

  /* The session detects this itself, and must stop its thread first. */
  protected override outputFailed(): void {
    return;
  }

  private finish({end, rest}: AskSummary): void {
    const text = restText(rest);
    if (text !== undefined && end !== 'closed') this.hint(text);
    this.exit(end === 'interrupted' ? EXIT.interrupted : EXIT.done);
  }
}
