// SPDX-License-Identifier: MIT
import {Command} from '@oclif/core/command';
import {ExitError} from '@oclif/core/errors';

import {EXIT} from './errors.js';
import {failureDocument, failureText, toUserError} from './ui/failure.js';

/** What all commands share: --json, and how they fail. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;

  abstract override run(): Promise<unknown>;

  override logJson(json: unknown): void {
    process.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
  }

  protected override async init(): Promise<void> {
    await super.init();
    /* oclif's own listener throws, which would end a process that has a thread without ending that. */
    process.stdout.removeAllListeners('error');
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      this.outputFailed(error);
    });
    process.stderr.on('error', () => undefined);
  }

  /** `fguard rules | head -1`: whoever stops reading has seen enough. */
  protected outputFailed(error: NodeJS.ErrnoException): void {
    if (error.code === 'EPIPE') process.exit(EXIT.done);
    process.stderr.write(`fguard: cannot write the output: ${error.message}\n`);
    process.exit(EXIT.failed);
  }

  protected override async catch(error: Error): Promise<void> {
    if (error instanceof ExitError) throw error;
    const known = toUserError(error, `fguard ${this.id ?? ''} --help`);
    process.exitCode = known?.exitCode ?? EXIT.failed;
    if (this.jsonEnabled()) this.logJson(failureDocument(error, known));
    else process.stderr.write(`${known === undefined ? bugText(error) : failureText(known)}\n`);
    return Promise.resolve();
  }

  /** Lines for the person, in place of the JSON document. */
  protected say(...lines: string[]): void {
    if (!this.jsonEnabled()) for (const line of lines) process.stdout.write(`${line}\n`);
  }

  /** What the person must not miss, with --json too. */
  protected caution(text: string): void {
    process.stderr.write(`fguard: ${text}\n`);
  }

  /** A sentence for the person beside the data. */
  protected hint(text: string): void {
    if (!this.jsonEnabled()) process.stderr.write(`${text}\n`);
  }
}

const bugText = (error: Error): string =>
  `fguard: this is a bug, please report it\n${error.stack ?? error.message}`;
