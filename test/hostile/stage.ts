// SPDX-License-Identifier: MIT
import {setTimeout as sleep} from 'node:timers/promises';
import {PATIENCE} from '../vm/runner/patience.js';
import type {GuestProcess, Vm} from '../vm/runner/vm.js';
import {Attack, type Options, type Tally} from './attack.js';
import {Churn} from './churn.js';
import type {Dice} from './dice.js';
import {type Figures, growth, readFigures} from './figures.js';
import {Guard, GUARD, type Status} from './guard.js';
import type {Rule} from './rules.js';

/** Ordinary users; only attacks run as these. */
const USERS = [1000, 1001, 1002] as const;
export const [ALICE, BOB, CAROL] = USERS;

/** The directory in which everything happens. */
export const DIR = '/tmp/hostile';

/* Time for deferred work of the kernel: grace periods, work queues. */
const SETTLE_PATIENCE = 40_000 * PATIENCE;
const SETTLE_STEP = 500;
/* Thousands of threads that each wait for an answer. */
const KILL_PATIENCE = 400_000 * PATIENCE;

/* Caches of the kernel fluctuate with other activity: commands, timers, journals. */
const USUAL = 1000;

const KILL_USERS = `while pkill -KILL -u ${USERS.join(',')}; do sleep 0.1; done`;

/** The guest during one scenario. */
export class Stage {
  readonly faults: string[] = [];
  /** Actions and how often they were done. */
  readonly notes: string[] = [];
  guard: Guard;
  readonly #attacks: Attack[] = [];
  readonly #churns: Churn[] = [];
  readonly #others = new Set<GuestProcess>();
  #answerers = 0;

  private constructor(
    readonly vm: Vm,
    readonly dice: Dice,
    /** How long the attack lasts, in milliseconds. */
    readonly time: number,
    private readonly before: Figures,
  ) {
    this.guard = new Guard(vm);
  }

  static async set(vm: Vm, dice: Dice, time: number): Promise<Stage> {
    await vm.ok(
      `awk '$2 ~ "^${DIR}/" { print $2 }' /proc/mounts | tac | xargs -r umount -l
       modprobe fguard && rm -rf ${DIR} && mkdir -m 755 ${DIR} && cd ${DIR} &&
       for user in ${USERS.join(' ')}; do mkdir $user && chown $user:$user $user || exit; done`,
      {cwd: '/tmp'},
    );
    return new Stage(vm, dice, time, await readFigures(vm));
  }

  fault(text: string): void {
    this.faults.push(text);
  }

  note(text: string): void {
    this.notes.push(text);
  }

  shell(line: string): Promise<string> {
    return this.vm.ok(line, {cwd: DIR});
  }

  /** Starts an attack by a user, which runs until stop(). */
  async attack(name: string, uid: number, options: Options = {}): Promise<Attack> {
    const seed = this.dice.below(2 ** 31);
    const attack = await Attack.start(this.vm, name, {uid, seed, options: {dir: DIR, ...options}});
    this.#attacks.push(attack);
    return attack;
  }

  /** Changes rules until all stop(). */
  churn(rules: readonly Rule[], clears = false): void {
    this.#churns.push(new Churn(this.vm, this.dice.fork(), rules, clears));
  }

  /** A subscriber that receives all events and counts them. */
  async watch(): Promise<GuestProcess> {
    return this.other(this.vm.spawn([GUARD, 'tally', 'all=1', 'expect=0xffffffff']), 'subscribed');
  }

  /** Answers each question at once, or only those about a path: "match=PATH". */
  async answer(verdict: 'allow' | 'deny', match = ''): Promise<GuestProcess> {
    const file = `${DIR}/answers-${this.#answerers++}`;
    const process = this.vm.spawn(`exec ${GUARD} serve verdict=${verdict} ${match} >${file}`);
    await this.shell(`until grep -q serving ${file}; do sleep 0.1; done`);
    this.#others.add(process);
    return process;
  }

  async other(process: GuestProcess, ready: string): Promise<GuestProcess> {
    await process.waitFor(ready);
    this.#others.add(process);
    return process;
  }

  async dismiss(process: GuestProcess): Promise<void> {
    process.kill('SIGKILL');
    await process.exit;
    this.#others.delete(process);
  }

  async dismissAll(): Promise<void> {
    for (const process of this.#others) await this.dismiss(process);
  }

  /** Waits for the duration of the attack. */
  async last(time = this.time): Promise<void> {
    await sleep(time);
  }

  /** Ends the attacks, and returns the result of each. */
  async stop(): Promise<Tally[]> {
    const tallies: Tally[] = [];
    for (const attack of this.#attacks.splice(0).filter(({isKilled}) => !isKilled)) {
      const tally = await attack.end();
      this.#tell(attack.name, tally);
      tallies.push(tally);
    }
    let commands = 0;
    for (const churn of this.#churns.splice(0)) commands += await churn.stop();
    if (commands > 0) this.note(`${commands} commands`);
    return tallies;
  }

  async killUsers(): Promise<void> {
    this.#attacks.splice(0);
    await this.vm.ok(KILL_USERS, {timeout: KILL_PATIENCE});
  }

  /** Waits until the condition holds; records a fault if it never does. */
  async until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + SETTLE_PATIENCE;
    while (!(await isSo())) {
      if (Date.now() > deadline) {
        this.fault(`not in ${SETTLE_PATIENCE} ms: ${what}`);
        return;
      }
      await sleep(SETTLE_STEP);
    }
  }

  figures(): Promise<Figures> {
    return readFigures(this.vm);
  }

  /** Expects that nothing has grown beyond a limit, after waiting for deferred frees. */
  async expectBounded(before: Figures, bound = USUAL): Promise<void> {
    const deadline = Date.now() + SETTLE_PATIENCE;
    let faults = await growth(this.vm, before, bound);
    while (faults.length > 0 && Date.now() < deadline) {
      await sleep(SETTLE_STEP);
      faults = await growth(this.vm, before, bound);
    }
    if (faults.length > 0) this.fault(faults.join('\n'));
  }

  /** After any scenario: nothing is pending, nothing is left, and the module can be unloaded. */
  async strike(): Promise<void> {
    await this.killUsers();
    await this.dismissAll();
    await this.guard.clear();
    await this.until('no question, rule, reader or answerer is left', async () => {
      const {rules, waiting, subscribers, answerers} = await this.guard.status();
      return rules + waiting + subscribers + answerers === 0;
    });
    this.#tellStatus(await this.guard.status());
    // growth was already reported
    if (this.faults.length === 0) await this.expectBounded(this.before);
    await this.guard.end();
    await this.expectRemovable('rmmod');
  }

  /** Expects that no call of a user keeps the module in use. */
  async expectRemovable(what: string): Promise<void> {
    let said = '';
    await this.until(`${what} succeeds`, async () => {
      const {code, stderr} = await this.vm.run('rmmod fguard');
      said = stderr.trim();
      return code === 0;
    });
    if (this.faults.some((fault) => fault.endsWith(`${what} succeeds`)) && said) this.fault(said);
  }

  /** Call it after expectRemovable(). */
  async insert(): Promise<void> {
    await this.vm.ok('modprobe fguard');
    this.guard = new Guard(this.vm);
  }

  /** Unloads and loads the module, which must leave no rules. */
  async reload(): Promise<void> {
    await this.guard.end();
    await this.expectRemovable('rmmod');
    await this.insert();
  }

  #tellStatus({allowed, denied, asked, expired, events, lost}: Status): void {
    this.note(
      `guard: allowed ${allowed}, denied ${denied}, asked ${asked}, expired ${expired}, events ${events}, lost ${lost}`,
    );
  }

  #tell(name: string, {rounds, breaches, breach, results}: Tally): void {
    const counts = Object.entries(results).map(([errno, count]) => `${errno} ${count}`);
    this.note(`${name}: ${rounds} rounds, ${counts.join(', ')}`);
    if (breaches > 0) this.fault(`${name}: ${breaches} times: ${breach}`);
  }
}
