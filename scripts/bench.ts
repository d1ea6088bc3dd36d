// SPDX-License-Identifier: MIT
// What the module costs, as ratios to the same without it, all in one boot of a
// machine that counts instructions: bench.ts KERNEL PROGRAM
import {exitOnSignals} from '../test/vm/runner/signals.js';
import {Vm} from '../test/vm/runner/vm.js';

const FILE = '/tmp/bench/file';
const DEEP = '/tmp/bench/3/4/5/6/7/file';
const OTHERS = '/tmp/others';
/* The agent has nobody to notify here; it says on stderr that it is ready. */
const AGENT = `printf 'answers: []\\ndefault: allow\\n' >/tmp/agent.yaml; exec ${process.cwd()}/bin/run.js agent --config /tmp/agent.yaml 2>&1`;
const SLOW = {timeout: 1_800_000};

const OPERATIONS = {
  open: 'open, close',
  deep: 'open, close, 8 deep',
  stat: 'stat',
  renew: 'create, unlink',
  rename: 'rename, and back',
};
type Operation = keyof typeof OPERATIONS;

class Bench {
  readonly #alone = new Map<Operation, number>();

  constructor(
    private readonly vm: Vm,
    private readonly program: string,
  ) {
    this.#print('on tmpfs', 'with', 'ns', 'ratio', 'goal');
  }

  /** @param goal the ratio that design.md asks for */
  async measure(operation: Operation, condition: string, goal = '', verb = 'measure') {
    const [name, file] = operation === 'deep' ? ['open', DEEP] : [operation, FILE];
    const nanoseconds = Number(await this.vm.ok([this.program, verb, name, file], SLOW));
    const alone = this.#alone.get(operation) ?? nanoseconds;
    this.#alone.set(operation, alone);
    const ratio = (nanoseconds / alone).toFixed(3);
    this.#print(OPERATIONS[operation], condition, nanoseconds.toFixed(1), ratio, goal);
  }

  async all(condition: string, goal?: string): Promise<void> {
    for (const operation of Object.keys(OPERATIONS) as Operation[])
      await this.measure(operation, condition, goal);
  }

  async do(...words: string[]): Promise<void> {
    await this.vm.ok([this.program, ...words], SLOW);
  }

  /** While another program runs, which says when it is ready. */
  async beside(command: string[], measure: () => Promise<void>): Promise<void> {
    const other = this.vm.spawn(command);
    await other.waitFor('ready');
    await measure();
    other.kill('SIGKILL');
    await other.exit;
  }

  /** The same, by a verb of the benchmark's program. */
  with(words: string[], measure: () => Promise<void>): Promise<void> {
    return this.beside([this.program, ...words], measure);
  }

  #print(operation: string, condition: string, ...numbers: string[]): void {
    const cells = numbers.map((cell) => cell.padStart(9));
    console.log(operation.padEnd(22), condition.padEnd(34), ...cells);
  }
}

/** Opens that wait for a yes, beside the same with fanotify. */
async function measureAnswers(bench: Bench): Promise<void> {
  const few = (condition: string) => bench.measure('open', condition, '', 'few');
  await bench.with(['fanotify', FILE], () => few('fanotify permission, C'));
  await bench.do('ask', FILE);
  await bench.with(['answer'], () => few('asked, answered in C'));
  await bench.beside(['sh', '-c', AGENT], () => few('asked, answered by fguard agent'));
  await bench.do('rules', '0', OTHERS);
}

async function measureAll(vm: Vm, program: string): Promise<void> {
  const bench = new Bench(vm, program);
  await vm.ok(`mkdir -p ${OTHERS} /tmp/tree $(dirname ${DEEP}) && echo x | tee ${FILE} >${DEEP}`);
  await bench.all('no module');
  await vm.ok(['modprobe', 'fguard']);
  await bench.all('idle module', '1.00');
  for (const count of ['1', '1000', '100000']) {
    await bench.do('rules', count, OTHERS);
    await bench.measure('open', `rules on other files: ${count}`, '1.03');
  }
  await bench.all('rules on other files: 100000');
  await bench.do('rules', '0', OTHERS);
  await bench.do('tree', '/tmp/tree');
  await bench.measure('open', 'a tree elsewhere');
  await bench.measure('deep', 'a tree elsewhere', '1.04');
  await bench.do('rules', '0', OTHERS);
  await bench.measure('open', 'let in by pid', '1.06', 'granted');
  await bench.do('rules', '0', OTHERS);
  await bench.do('deny', FILE);
  await bench.measure('open', 'refused', '0.90');
  await bench.do('rules', '0', OTHERS);
  await measureAnswers(bench);
  await bench.with(['watch', FILE], async () => {
    await bench.measure('open', 'watched with its path, one reader', '1.25');
    await bench.measure('stat', 'watched', '1.00');
  });
  // hooks go a little after the last rule that needs them
  await vm.ok(
    'while grep -q fguard /sys/kernel/tracing/enabled_functions; do sleep 0.1; done',
    SLOW,
  );
  await bench.measure('open', 'idle again', '1.00');
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
