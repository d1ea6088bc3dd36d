// SPDX-License-Identifier: MIT
// Measures the cost of the module, as ratios to the same calls without it, within one
// boot of a VM that counts instructions: bench.ts KERNEL PROGRAM
import {exitOnSignals} from '../test/vm/runner/signals.js';
import {Vm} from '../test/vm/runner/vm.js';

const FILE = '/tmp/bench/file';
const DEEP = '/tmp/bench/3/4/5/6/7/file';
const OTHERS = '/tmp/others';
/* There is no service manager here; the agent reports on stderr that it is ready. */
const AGENT = `printf 'answers: []\\ndefault: allow\\n' >/tmp/agent.yaml; exec ${process.cwd()}/bin/run.js agent --config /tmp/agent.yaml 2>&1`;
const SLOW = {timeout: 1_800_000};

/* The program's names for the operations, and their descriptions. */
const OPERATIONS = {
  open: 'open, close',
  stat: 'stat',
  renew: 'create, unlink',
  rename: 'rename twice',
  read: 'read a byte',
  fault: 'fault a page',
} as const;
type Operation = keyof typeof OPERATIONS;
const ALL = Object.keys(OPERATIONS) as Operation[];
const OF_NAMES = ['open', 'stat', 'renew', 'rename'] as const;

/* The goals; a call that is not hooked costs nothing in any situation. */
type Goals = Partial<Record<Operation, number>>;
const FREE: Goals = {stat: 1, read: 1, fault: 1};
const IDLE: Goals = {open: 1, stat: 1, renew: 1, rename: 1, read: 1, fault: 1};
const OF_FANOTIFY = 1.25;

interface Situation {
  file?: string;
  goals?: Goals;
  operations?: readonly Operation[];
  /** The program's verbs: for measuring, for preparing, and for a second process meanwhile. */
  verb?: 'measure' | 'few' | 'granted' | 'refused';
  before?: 'deny' | 'ask';
  beside?: 'watch';
}

const NAME_WIDTH = 31;
const NUMBER_WIDTH = 14;
const NOTE_WIDTH = 8;

class Bench {
  /** Nanoseconds without the module, for each file and operation. */
  readonly #alone = new Map<string, number>();
  readonly #missed: string[] = [];

  constructor(
    private readonly vm: Vm,
    private readonly program: string,
  ) {
    console.log('on tmpfs; ratios to the same calls without the module, goals in brackets');
    this.#print(
      '',
      Object.values(OPERATIONS).map((title) => [title]),
    );
  }

  /** Measures a row of the table. Resolves to the ratio of an open. */
  async measure(name: string, situation: Situation = {}): Promise<number> {
    const {file = FILE, goals = FREE, operations = OF_NAMES} = situation;
    const ratios: Partial<Record<Operation, number>> = {};
    for (const operation of operations) {
      const alone = this.#alone.get(file + operation) ?? NaN;
      ratios[operation] = (await this.#within(situation, operation, file)) / alone;
    }
    this.compare(name, ratios, goals);
    return ratios.open ?? NaN;
  }

  /** Measures the reference for all ratios. */
  async measureAlone(name: string, file: string): Promise<void> {
    const cells: string[][] = [];
    for (const operation of ALL) {
      const nanoseconds = Number(
        await this.vm.ok([this.program, 'measure', operation, file], SLOW),
      );
      this.#alone.set(file + operation, nanoseconds);
      cells.push([`${nanoseconds.toFixed(0)} ns`]);
    }
    this.#print(name, cells);
  }

  /** Prints ratios; those above their goal are repeated at the end. */
  compare(name: string, ratios: Partial<Record<Operation, number>>, goals: Goals): void {
    const cells = ALL.map((operation) => {
      const [ratio, goal] = [ratios[operation], goals[operation]];
      const text = ratio?.toFixed(3) ?? '';
      if (ratio === undefined || goal === undefined) return [text];
      if (Number(ratio.toFixed(2)) > goal)
        this.#missed.push(`${name}, ${OPERATIONS[operation]}: ${text}, not ${goal.toFixed(2)}`);
      return [text, `(${goal.toFixed(2)})`];
    });
    this.#print(name, cells);
  }

  summarize(): void {
    for (const miss of this.#missed) console.log(`missed: ${miss}`);
    if (this.#missed.length === 0) console.log('all goals are met');
  }

  async do(...words: string[]): Promise<void> {
    await this.vm.ok([this.program, ...words], SLOW);
  }

  clear(): Promise<void> {
    return this.do('rules', '0', OTHERS);
  }

  /** Measures while another program runs, which reports when it is ready. */
  async beside<T>(command: string[], measure: () => Promise<T>): Promise<T> {
    const other = this.vm.spawn(command);
    await other.waitFor('ready');
    const result = await measure();
    other.kill('SIGKILL');
    await other.exit;
    return result;
  }

  /** The same with a verb of the benchmark program. */
  with<T>(words: string[], measure: () => Promise<T>): Promise<T> {
    return this.beside([this.program, ...words], measure);
  }

  async #within(situation: Situation, operation: Operation, file: string): Promise<number> {
    const {verb = 'measure', before, beside} = situation;
    const run = () => this.#nanoseconds(verb, operation, file);
    if (before !== undefined) await this.do(before, operation, file);
    const result = await (beside === undefined ? run() : this.with([beside, operation, file], run));
    if (before !== undefined || verb === 'granted') await this.clear();
    return result;
  }

  async #nanoseconds(verb: string, operation: Operation, file: string): Promise<number> {
    return Number(await this.vm.ok([this.program, verb, operation, file], SLOW));
  }

  /* Each cell is a number and a remark, in separate columns. */
  #print(name: string, cells: readonly string[][]): void {
    const columns = cells.map(
      ([number = '', note = '']) => number.padStart(NUMBER_WIDTH) + ` ${note}`.padEnd(NOTE_WIDTH),
    );
    console.log((name.padEnd(NAME_WIDTH) + columns.join('')).trimEnd());
  }
}

/** Calls on files that no rule is about. */
async function measureUnguarded(bench: Bench): Promise<void> {
  const goals = {...FREE, open: 1.03};
  for (const count of ['1', '1000', '100000']) {
    await bench.do('rules', count, OTHERS);
    await bench.measure(`rules on other files: ${count}`, {goals, operations: ALL});
  }
  await bench.clear();
  await bench.do('tree', '/tmp/tree');
  await bench.measure('a tree elsewhere');
  await bench.measure('a tree elsewhere, 8 deep', {file: DEEP, goals: {...FREE, open: 1.04}});
  await bench.clear();
  await bench.do('strict', '/tmp/tree');
  await bench.measure('a strict tree elsewhere', {operations: ALL, goals: {stat: 1}});
  await bench.clear();
}

async function measureGuarded(bench: Bench): Promise<void> {
  await bench.measure('allowed by pid', {verb: 'granted', goals: {...FREE, open: 1.06}});
  await bench.measure('refused', {
    before: 'deny',
    verb: 'refused',
    goals: {...FREE, open: 0.9},
  });
  await bench.measure('watched with path, one reader', {
    beside: 'watch',
    goals: {...FREE, open: 1.25},
  });
}

/** An open that waits for an answer, compared with one that waits for fanotify. */
async function measureAnswers(bench: Bench): Promise<void> {
  const open = {verb: 'few', operations: ['open'], goals: {}} as const;
  const ask = {verb: 'few', before: 'ask'} as const;
  const fanotify = await bench.with(['fanotify', FILE], () =>
    bench.measure('fanotify permission, C', open),
  );
  const asked = await bench.with(['answer'], () => bench.measure('asked, answered in C', ask));
  bench.compare('asked, to fanotify', {open: asked / fanotify}, {open: OF_FANOTIFY});
  await bench.beside(['sh', '-c', AGENT], () =>
    bench.measure('asked, answered by fguard agent', {...open, ...ask}),
  );
}

async function measureAll(vm: Vm, program: string): Promise<void> {
  const bench = new Bench(vm, program);
  await vm.ok(`mkdir -p ${OTHERS} /tmp/tree $(dirname ${DEEP}) && echo x | tee ${FILE} >${DEEP}`);
  await bench.measureAlone('no module', FILE);
  await bench.measureAlone('no module, 8 deep', DEEP);
  await vm.ok(['modprobe', 'fguard']);
  await bench.measure('idle module', {goals: IDLE, operations: ALL});
  await measureUnguarded(bench);
  await measureGuarded(bench);
  await measureAnswers(bench);
  // hooks are removed shortly after the last rule that needs them
  await vm.ok(
    'while grep -q fguard /sys/kernel/tracing/enabled_functions; do sleep 0.1; done',
    SLOW,
  );
  await bench.measure('idle again', {goals: IDLE, operations: ALL});
  bench.summarize();
}

const [kernel, program] = process.argv.slice(2);
if (kernel === undefined || program === undefined)
  throw new Error('usage: bench.ts KERNEL PROGRAM');
exitOnSignals(['SIGINT', 'SIGTERM', 'SIGHUP']);
const vm = await Vm.boot({kernel, icount: true, memory: 2048});
try {
  await measureAll(vm, program);
} catch (error) {
  await vm.kill();
  throw error;
}
await vm.shutdown();
