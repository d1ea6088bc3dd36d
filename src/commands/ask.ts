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
  static override summary =
    'Answer for those who wait: yes or no, in this terminal or by a program.';
  static override description =
    'Rules with --else ask make everyone they do not let in wait for an answer. ' +
    'In a terminal one question at a time is shown with its countdown: users have their turns one after the other, and of each the most urgent question is first. So it is with --json and --exec where many wait. ' +
    'The arguments and the folder of who asks are what that process shows of itself: it may have written other arguments. ' +
    'Keys 1 to 4 allow and 5 to 8 deny: this access once; this process until it exits; its program run by the same user for 10 minutes, or as long as the rule is there. ' +
    'More than once means the same operation on everything that the rule guards. Enter denies once. Keys do not count in the first moment of a question, so that what was typed for the last one does not answer it. ' +
    'q or Ctrl-C leaves: what waits then is left to the other answerers, and without any ends at once as its rule says by default. ' +
    'Nobody is asked about this program and what it starts; the shell and the terminal above it get the default of a rule at once.\n\n' +
    'With --json questions come out and answers go in, a line each: {"id":"7","verdict":"allow","lifetime":"once"}, where the lifetime is once, process, forever or a time such as 10m. "args" of a question is null where they cannot be seen, and "argsCut" true where there are more of them than 32 KiB. "user" is digits as long as a name is being looked up. A line that is no answer is told of on stderr. The end of the input is leaving.\n\n' +
    'With --exec PROGRAM is run for each question, sixteen at a time, of them as many for one user as are free then: the question as JSON on its standard input, and in FGUARD_ID, FGUARD_RULE, FGUARD_OP, FGUARD_PATH, FGUARD_NEW_PATH, FGUARD_PID, FGUARD_COMM, FGUARD_EXE, FGUARD_UID, FGUARD_LOGINUID and FGUARD_USER what there is of these (a name that is not UTF-8 stands in the JSON alone). ' +
    'It exits with 0 to allow and 1 to deny, once; with anything else, or at the deadline, when it is killed, it has given no answer. What it prints goes to stderr.';
  static override examples = [
    {description: 'in this terminal', command: '<%= config.bin %> ask'},
    {
      description:
        'what waits when you leave is refused, rather than left to others and to the rules',
      command: '<%= config.bin %> ask --default deny',
    },
    {
      description: 'a program decides by its exit code',
      command: '<%= config.bin %> ask --exec ./decide',
    },
    {
      description: 'all deletions are refused, and nothing else is answered',
      command:
        'mkfifo answers && <%= config.bin %> ask --json <answers | jq -c --unbuffered \'select(.op == "delete") | {id, verdict: "deny"}\' >answers',
    },
  ];
  static override flags = {
    default: Flags.string({
      description:
        'what Enter answers, and what is answered to all that waits when you leave, or where the program gives no answer; without it Enter denies, and the rest is left to others and to the rules',
      options: [...VERDICTS.list],
    }),
    exec: Flags.string({
      description: 'a program that answers by its exit code',
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
    if (flags.exec !== undefined) this.hint('answering; Ctrl-C ends');
    const summary = await runAsking(answerer, makeMode(answerer, output), {
      output,
      signal,
      verdict,
    });
    if (summary.end === 'unloaded') throw notLoaded('the module was unloaded');
    await output.end(signal);
    this.finish(summary);
  }

  /* A descriptor has one stream: a failure goes the way of the lines before it. */
  override logJson(json: unknown): void {
    if (this.output === undefined) super.logJson(json);
    else void this.output.write(`${safeJson(json)}\n`);
  }

  /* The asking sees for itself, and has a thread to end first. */
  protected override outputFailed(): void {
    return;
  }

  private finish({end, rest}: AskSummary): void {
    const text = restText(rest);
    if (text !== undefined && end !== 'closed') this.hint(text);
    this.exit(end === 'interrupted' ? EXIT.interrupted : EXIT.done);
  }
}
