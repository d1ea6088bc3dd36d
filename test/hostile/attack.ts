// SPDX-License-Identifier: MIT
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {PATIENCE} from '../vm/runner/patience.js';
import {REPOSITORY} from '../vm/runner/prepare.js';
import type {GuestProcess, Vm} from '../vm/runner/vm.js';

const PROGRAM = path.join(REPOSITORY, 'test/hostile/guest/build/hostile');

/** How long a round may continue after the end, with emulation and other load. */
const END_PATIENCE = 120_000 * PATIENCE;

/** The result of an attack: rounds, results by errno, and breaches. */
export interface Tally {
  rounds: number;
  breaches: number;
  breach: string;
  results: Readonly<Record<string, number>>;
}

export type Options = Readonly<Record<string, string | number>>;

export interface AttackOptions {
  /** The attacking user. */
  uid: number;
  seed: number;
  options?: Options;
}

function parse(line: string): Tally {
  const {rounds, breaches, breach, ...results} = JSON.parse(line) as Record<string, number> & {
    breach: string;
  };
  return {rounds: Number(rounds), breaches: Number(breaches), breach, results};
}

/** A process of a user in the guest that attacks until it is stopped. */
export class Attack {
  /** For an attack that has no tally. */
  isKilled = false;

  private constructor(
    readonly name: string,
    readonly process: GuestProcess,
    readonly pid: number,
  ) {}

  /** Resolves when it has started working. */
  static async start(vm: Vm, name: string, attack: AttackOptions): Promise<Attack> {
    const {uid, seed, options = {}} = attack;
    const words = Object.entries({uid, seed, ...options}).map(([key, value]) => `${key}=${value}`);
    const process = vm.spawn([PROGRAM, name, ...words], {cwd: '/tmp'});
    await process.waitFor('at work\n');
    return new Attack(name, process, await process.pid);
  }

  /** Stops it and returns its result. */
  async end(): Promise<Tally> {
    this.process.end();
    const late = new AbortController();
    const result = await Promise.race([
      this.process.exit,
      sleep(END_PATIENCE, undefined, {signal: late.signal}).catch(() => undefined),
    ]).finally(() => late.abort());
    if (!result) throw new Error(`${this.name} cannot end`);
    if (result.code !== 0)
      throw new Error(`${this.name} ended with ${result.signal ?? result.code}: ${result.stderr}`);
    return parse(result.stdout.trimEnd().split('\n').at(-1) ?? '');
  }

  async kill(): Promise<void> {
    this.isKilled = true;
    this.process.kill('SIGKILL');
    await this.process.exit;
  }
}
