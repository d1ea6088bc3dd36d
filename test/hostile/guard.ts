// SPDX-License-Identifier: MIT
import path from 'node:path';
import {Lines} from '../vm/helper/lines.js';
import {PATIENCE} from '../vm/runner/patience.js';
import {REPOSITORY} from '../vm/runner/prepare.js';
import type {GuestProcess, Vm} from '../vm/runner/vm.js';
import {type Rule, ruleWords} from './rules.js';

export const GUARD = path.join(REPOSITORY, 'test/vm/guest/try/build/guard');

/** Time limit of a command during an attack, with emulation. */
const COMMAND_PATIENCE = 60_000 * PATIENCE;

export interface Status {
  rules: number;
  subscribers: number;
  answerers: number;
  waiting: number;
  allowed: number;
  denied: number;
  events: number;
  lost: number;
  asked: number;
  expired: number;
}

interface Failure {
  errno: string;
  message: string;
}

type Answer<T> = T | Failure;

const words = (command: readonly string[]): string => command.join(' ');

const isFailure = <T>(answer: Answer<T>): answer is Failure =>
  typeof answer === 'object' && answer !== null && 'errno' in answer;

/** The administrator, who runs one command after the other. */
export class Guard {
  readonly #lines: Lines;
  /** Commands that were answered. */
  commands = 0;

  constructor(vm: Vm) {
    this.#lines = new Lines(vm.spawn([GUARD]));
  }

  get process(): GuestProcess {
    return this.#lines.process;
  }

  /** Runs several commands together, and returns the result of each, even if it failed. */
  async tryAll<T>(commands: readonly (readonly string[])[]): Promise<Answer<T>[]> {
    this.process.write(commands.map((command) => `${words(command)}\n`).join(''));
    const answers: Answer<T>[] = [];
    for (const command of commands) {
      answers.push(JSON.parse(await this.#answer(command)) as Answer<T>);
      this.commands++;
    }
    return answers;
  }

  /** Runs a command that must succeed. */
  async do<T>(...command: string[]): Promise<T> {
    const [answer] = await this.tryAll<T>([command]);
    if (answer === undefined) throw new Error(`${words(command)}: no answer`);
    if (isFailure(answer)) throw new Error(`${words(command)}: ${answer.errno}: ${answer.message}`);
    return answer;
  }

  async add(rule: Rule): Promise<number> {
    return (await this.do<{id: number}>('add', ...ruleWords(rule))).id;
  }

  async clear(): Promise<void> {
    await this.do('clear');
  }

  status(): Promise<Status> {
    return this.do<Status>('status');
  }

  async end(): Promise<void> {
    this.process.end();
    await this.process.exit;
  }

  async #answer(command: readonly string[]): Promise<string> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`"${words(command)}" was not done in ${COMMAND_PATIENCE} ms`)),
        COMMAND_PATIENCE,
      );
    });
    return Promise.race([this.#lines.next(), late]).finally(() => clearTimeout(timer));
  }
}
