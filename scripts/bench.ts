// SPDX-License-Identifier: MIT
// What an open costs, as a ratio to the same open without the module, all in one
// boot of a machine that counts instructions: bench.ts KERNEL PROGRAM
import {exitOnSignals} from '../test/vm/runner/signals.js';
import {Vm} from '../test/vm/runner/vm.js';

const FILE = '/tmp/bench/file';
const OTHERS = '/tmp/others';
const SLOW = {timeout: 1_800_000};

interface Row {
  name: string;
  nanoseconds: number;
}

class Bench {
  readonly #rows: Row[] = [];

  constructor(
    private readonly vm: Vm,
    private readonly program: string,
  ) {}

  async measure(name: string): Promise<void> {
    const nanoseconds = Number(await this.vm.ok([this.program, 'open', FILE], SLOW));
    this.#rows.push({name, nanoseconds});
    const ratio = nanoseconds / (this.#rows[0]?.nanoseconds ?? nanoseconds);
    console.log(
      `${name.padEnd(44)} ${nanoseconds.toFixed(1).padStart(9)} ${ratio.toFixed(3).padStart(8)}`,
    );
  }

  async do(...words: string[]): Promise<void> {
    await this.vm.ok([this.program, ...words], SLOW);
  }

  async watched(name: string): Promise<void> {
    const reader = this.vm.spawn([this.program, 'watch', FILE]);
    await reader.waitFor('ready');
    await this.measure(name);
    reader.kill('SIGKILL');
    await reader.exit;
  }
}

async function measureAll(vm: Vm, program: string): Promise<void> {
  const bench = new Bench(vm, program);
  await vm.ok(`mkdir ${OTHERS} /tmp/bench && echo x > ${FILE}`);
  console.log(
    `${'open and close a file on tmpfs'.padEnd(44)} ${'ns'.padStart(9)} ${'ratio'.padStart(8)}`,
  );
  await bench.measure('no module');
  await vm.ok(['modprobe', 'fguard']);
  await bench.measure('idle module');
  for (const count of ['1', '1000', '100000']) {
    await bench.do('rules', count, OTHERS);
    await bench.measure(`rules on other files: ${count}`);
  }
  await bench.do('rules', '0', OTHERS);
  await bench.watched('watched with its path, one reader');
  await bench.do('deny', FILE);
  await bench.measure('refused');
  await bench.do('rules', '0', OTHERS);
  // hooks go a little after the last rule that needs them
  await vm.ok(
    'while grep -q fguard /sys/kernel/tracing/enabled_functions; do sleep 0.1; done',
    SLOW,
  );
  await bench.measure('idle again');
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
