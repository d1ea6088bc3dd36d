// SPDX-License-Identifier: MIT
import {errnoText} from './errno.js';

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  notLoaded: 3,
  notPermitted: 4,
  interrupted: 130,
} as const;

export interface ErrorDetails {
  /** Commands that fix it. */
  next?: readonly string[];
  exitCode?: number;
  /** Output of another program, several lines. */
  output?: string;
}

/** An error that the user can understand and fix. Anything else that is thrown is a bug. */
export class UserError extends Error {
  readonly next: readonly string[];
  readonly exitCode: number;
  readonly output: string;

  constructor(
    readonly code: string,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message);
    this.next = details.next ?? [];
    this.exitCode = details.exitCode ?? EXIT.failed;
    this.output = details.output ?? '';
  }
}

export const wrongUsage = (message: string, next: readonly string[] = []): UserError =>
  new UserError('EUSAGE', message, {next, exitCode: EXIT.usage});

export const notLoaded = (message = 'the fguard module is not loaded'): UserError =>
  new UserError('ENOTLOADED', message, {next: ['sudo fguard load'], exitCode: EXIT.notLoaded});

export const notPermitted = (message: string, next: readonly string[] = []): UserError =>
  new UserError('EPERM', message, {next, exitCode: EXIT.notPermitted});

export const interrupted = (message = 'interrupted'): UserError =>
  new UserError('EINTR', message, {exitCode: EXIT.interrupted});

/** An error from the module; its sentence, if there is one, says more than the errno. */
export class ModuleError extends Error {
  constructor(
    readonly code: string,
    readonly sentence: string,
  ) {
    super(sentence === '' ? errnoText(code) : sentence);
  }
}
