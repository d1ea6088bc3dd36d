// SPDX-License-Identifier: MIT
import type {Vm} from '../vm/runner/vm.js';
import type {Dice} from './dice.js';
import {Guard} from './guard.js';
import {type Rule, ruleWords} from './rules.js';

const AT_ONCE = 6;

/** The administrator's second terminal: adds, removes and replaces rules all the time. */
export class Churn {
  readonly #guard: Guard;
  readonly #done: Promise<void>;
  #stopped = false;
  #failure: Error | undefined;

  /** @param clears whether all rules are removed now and then, even those of others */
  constructor(
    vm: Vm,
    private readonly dice: Dice,
    private readonly rules: readonly Rule[],
    private readonly clears: boolean,
  ) {
    this.#guard = new Guard(vm);
    this.#done = this.#run().catch((error: unknown) => {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    });
  }

  /** Stops, and returns how many commands were run. */
  async stop(): Promise<number> {
    this.#stopped = true;
    await this.#done;
    if (this.#failure) throw this.#failure;
    await this.#guard.end().catch(() => undefined);
    return this.#guard.commands;
  }

  async #run(): Promise<void> {
    while (!this.#stopped)
      await this.#guard.tryAll(Array.from({length: AT_ONCE}, () => this.#command()));
  }

  /* Errors, such as removing a rule that does not exist, are ignored. */
  #command(): string[] {
    const rule = this.dice.pick(this.rules);
    const path = `path=${rule.path ?? '/'}`;
    const chance = this.dice.below(this.clears ? 100 : 96);
    if (chance < 30) return ['del', path];
    if (chance < 40) return ['explain', path, `op=${this.dice.below(11)}`];
    if (chance < 96) return ['add', ...ruleWords(rule)];
    if (chance < 98) return ['clear'];
    return ['swap', 'times=2', `common=${rule.path ?? '/'}`, 'a=/tmp/a', 'b=/tmp/b'];
  }
}
