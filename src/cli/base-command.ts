// SPDX-License-Identifier: MIT
import {Command} from '@oclif/core/command';
import {ExitError} from '@oclif/core/errors';
import * as Flags from '@oclif/core/flags';

import {EXIT} from '../domain/errors.js';
import {listenForLoss, outputFailed} from './output-failure.js';
import {wordsBefore} from './argv.js';
import {failureDocument, failureText, toUserError} from '../ui/failure.js';
import {escapeLines, safeJson} from '../domain/text.js';

/** The base of all commands: --json, --quiet, and error handling. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = {
    quiet: Flags.boolean({
      char: 'q',
      description:
        'print only errors and requested data: no hints, warnings, progress or reports of what was done',
      helpGroup: 'GLOBAL',
    }),
  };

  abstract override run(): Promise<unknown>;

  override logJson(json: unknown): void {
    process.stdout.write(`${safeJson(json, 2)}\n`);
  }

  protected override async init(): Promise<void> {
    await super.init();
    listenForLoss((error) => {
      this.outputFailed(error);
    });
  }

  protected outputFailed(error: NodeJS.ErrnoException): void {
    outputFailed(error);
  }

  protected override async catch(error: Error): Promise<void> {
    if (error instanceof ExitError) throw error;
    const known = toUserError(error, `fguard ${this.id ?? ''} --help`);
    process.exitCode = known?.exitCode ?? EXIT.failed;
    if (this.jsonEnabled()) this.logJson(failureDocument(error, known));
    else process.stderr.write(`${known === undefined ? bugText(error) : failureText(known)}\n`);
    return Promise.resolve();
  }

  /** Prints lines for a person, in place of the JSON document. */
  protected say(...lines: string[]): void {
    if (!this.jsonEnabled()) for (const line of lines) process.stdout.write(`${line}\n`);
  }

  /** Reports what was done, in place of the JSON document. */
  protected tell(...lines: string[]): void {
    if (!this.isQuiet) this.say(...lines);
  }

  /** Prints a warning, with --json too. */
  protected caution(text: string): void {
    if (!this.isQuiet) process.stderr.write(`fguard: ${text}\n`);
  }

  /** Prints a sentence for a person, in addition to the data. */
  protected hint(text: string): void {
    if (!this.hidesProgress) process.stderr.write(`${text}\n`);
  }

  /** Whether to print neither hints nor progress. */
  protected get hidesProgress(): boolean {
    return this.jsonEnabled() || this.isQuiet;
  }

  /* Found like --json in oclif: even if the rest of the command line is invalid. */
  private get isQuiet(): boolean {
    const words = wordsBefore('--', this.argv);
    return words.some((word) => word === '-q' || word === '--quiet');
  }
}

const bugText = (error: Error): string =>
  `fguard: this is a bug, please report it\n${escapeLines(error.stack ?? error.message)}`;
