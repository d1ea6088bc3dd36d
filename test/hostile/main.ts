// SPDX-License-Identifier: MIT
// Lets ordinary users attack the guard: see scripts/test-hostile.sh for the options.
import {parseArgs} from 'node:util';
import {interruptible} from '../../src/lab/interruptible.js';
import {PATIENCE} from '../vm/runner/patience.js';
import {Vm} from '../vm/runner/vm.js';
import {Dice} from './dice.js';
import {troubleSince} from './kernel-log.js';
import type {Scenario} from './scenario.js';
import {scenarios} from './scenarios/index.js';
import {Schedule} from './schedule.js';
import {Stage} from './stage.js';

interface Request {
  kernel: string;
  seconds: number;
  seed: number;
  only: readonly Scenario[];
  append: string;
  cpus: number;
}

/** Longer runs are split into rounds with different seeds. */
const ROUND_SECONDS = 900;

function parse(): Request {
  const {values} = parseArgs({
    options: {
      kernel: {type: 'string', default: '6.1'},
      seconds: {type: 'string', default: '600'},
      seed: {type: 'string', default: String(Date.now() % 1_000_000)},
      only: {type: 'string', multiple: true, default: []},
      append: {type: 'string', default: ''},
      cpus: {type: 'string', default: '2'},
    },
  });
  const unknown = values.only.filter((name) => !scenarios.some((one) => one.name === name));
  if (unknown.length > 0)
    throw new Error(
      `--only ${unknown.join(', ')}: there are ${scenarios.map(({name}) => name).join(', ')}`,
    );
  return {
    kernel: values.kernel,
    seconds: Number(values.seconds),
    seed: Number(values.seed),
    only: scenarios.filter(({name}) => values.only.length === 0 || values.only.includes(name)),
    append: values.append,
    cpus: Number(values.cpus),
  };
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** A VM that is replaced once something is wrong with it. */
class Machines {
  #vm: Vm | undefined;
  #seen = 0;

  constructor(private readonly request: Request) {}

  async get(): Promise<Vm> {
    if (this.#vm) return this.#vm;
    const {kernel, append, cpus} = this.request;
    // SLUB debugging: red zones, poisoning, and traces of allocation and freeing; and a slow
    // VM must not count as a broken timer
    const options = {kernel, cpus, append: `slub_debug=FZPU no_timer_check ${append}`};
    this.#vm = await interruptible((signal) => Vm.boot({...options, signal}));
    this.#seen = 0;
    await this.#vm.ok('echo 0 >/proc/sys/debug/exception-trace');
    return this.#vm;
  }

  /** The kernel's reports since the last check. */
  async trouble(): Promise<string[]> {
    if (!this.#vm) return [];
    const {reports, seen} = troubleSince(await this.#vm.kernelLog(), this.#seen);
    this.#seen = seen;
    return reports;
  }

  async discard(): Promise<void> {
    await this.#vm?.kill();
    this.#vm = undefined;
  }
}

/** Returns what was wrong. */
async function play(machines: Machines, scenario: Scenario, seed: number, time: number) {
  const faults: string[] = [];
  let notes: string[] = [];
  try {
    const stage = await Stage.set(await machines.get(), new Dice(seed), time);
    notes = stage.notes;
    try {
      await scenario.run(stage);
      await stage.strike();
    } finally {
      faults.push(...stage.faults);
    }
  } catch (error) {
    faults.push(messageOf(error));
  }
  faults.push(...(await machines.trouble().catch(() => [])));
  return {faults, notes};
}

const indent = (text: string): string => text.replace(/^/gm, '      ');

class Run {
  readonly #machines: Machines;
  readonly #failed: string[] = [];

  constructor(private readonly request: Request) {
    this.#machines = new Machines(request);
  }

  async all(): Promise<boolean> {
    const {seconds, seed} = this.request;
    const rounds = Math.max(1, Math.round(seconds / ROUND_SECONDS));
    try {
      for (let round = 0; round < rounds; round++)
        await this.#round(seed + round, seconds / rounds);
    } finally {
      await this.#machines.discard();
    }
    this.#summarize();
    return this.#failed.length === 0;
  }

  async #round(seed: number, seconds: number): Promise<void> {
    console.log(`kernel ${this.request.kernel}, seed ${seed}, ${seconds.toFixed(0)} s`);
    // without the time to boot
    await this.#machines.get();
    const schedule = new Schedule(this.request.only, seconds * 1000, PATIENCE);
    for (const scenario of this.request.only) {
      const time = schedule.next();
      const start = Date.now();
      await this.#scenario(scenario, seed, time);
      schedule.done(time, Date.now() - start);
    }
  }

  async #scenario(scenario: Scenario, seed: number, time: number): Promise<void> {
    const start = Date.now();
    const {faults, notes} = await play(this.#machines, scenario, seed, time);
    const took = Date.now() - start;
    const verdict = faults.length === 0 ? 'ok    ' : 'FAILED';
    const seconds = Math.ceil(time / 1000);
    const lasted = `${seconds} s of ${Math.ceil(took / 1000)} s`;
    console.log(`${verdict} ${scenario.name}: ${scenario.claim} (${lasted})`);
    for (const note of notes) console.log(`    ${note}`);
    if (faults.length === 0) return;
    for (const fault of faults) console.log(`    FAULT:\n${indent(fault)}`);
    this.#failed.push(
      `--kernel ${this.request.kernel} --only ${scenario.name} --seed ${seed} --seconds ${seconds}`,
    );
    // corrupted memory of one VM must not be blamed on another scenario
    await this.#machines.discard();
  }

  #summarize(): void {
    if (this.#failed.length === 0) {
      console.log('nothing that users did broke, exhausted, blinded or stalled the guard');
      return;
    }
    console.log(`${this.#failed.length} failed; again:`);
    for (const words of this.#failed) console.log(`  npm run test:hostile -- ${words}`);
  }
}

process.exitCode = await new Run(parse())
  .all()
  .then((isWell) => (isWell ? 0 : 1))
  .catch((error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    return 1;
  });
