// SPDX-License-Identifier: MIT
// The demonstration of `npm start`: demo.ts KERNEL. Fails with a message if
// anything does not behave as it says.
import chalk from 'chalk';
import {COMMANDS} from '../src/main.js';
import {shellCommand} from '../src/lab/shell.js';
import {exitOnSignals} from '../test/vm/runner/signals.js';
import {attachTerminal} from '../test/vm/runner/terminal.js';
import {Vm} from '../test/vm/runner/vm.js';
import {ATTEMPTS, FILE, tryAttempt} from './demo/attempts.js';
import {startKeeper} from './demo/keeper.js';
import {say, shell, title} from './demo/say.js';
import {startWatch, type Watch} from './demo/watch.js';

const SECRET = 'the combination is 4711';

async function prepareFile(vm: Vm): Promise<void> {
  title('A file, and the only process that will be allowed to access it');
  await shell(vm, `echo '${SECRET}' > ${FILE}`);
}

async function showAttempts(vm: Vm, watch: Watch): Promise<void> {
  title('All other processes, even those of root');
  for (const attempt of ATTEMPTS) {
    await tryAttempt(vm, attempt);
    await watch.expect({ops: attempt.ops, verdict: 'deny'});
  }
}

async function showState(vm: Vm): Promise<void> {
  title('What the attempts left behind');
  const names = await vm.ok(`ls ${FILE}*`);
  if (names.trim() !== FILE) throw new Error(`other names appeared: ${names}`);
  await shell(vm, 'fguard rules');
}

/** From an empty kernel to a guarded file; the module stays loaded. */
async function scenario(vm: Vm): Promise<void> {
  title('Loading the module into the VM’s kernel');
  await shell(vm, 'fguard load');
  await prepareFile(vm);
  const keeper = await startKeeper(vm);
  const watch = await startWatch(vm);
  await shell(vm, `fguard protect ${FILE} --pid ${keeper.pid} --name demo`);
  await keeper.mustRead(FILE, SECRET);
  await watch.expect({ops: ['read'], verdict: 'allow'});
  await showAttempts(vm, watch);
  await keeper.mustRead(FILE, SECRET);
  await watch.stop();
  await showState(vm);
}

const COMPLETABLE = Object.entries(COMMANDS).map(([id, {flags}]) => ({
  id,
  flags: [...Object.keys(flags ?? {}), 'json'],
}));

async function explore(vm: Vm): Promise<void> {
  title('Your turn: a shell in the VM. Changes are lost when it ends; type `exit` to leave');
  say(
    `  ${FILE} is still guarded. Try:\n  cat ${FILE} · fguard explain ${FILE} · fguard watch & · fguard --help`,
  );
  await attachTerminal(vm, await shellCommand(vm, COMPLETABLE));
}

async function main(kernel: string): Promise<void> {
  exitOnSignals(['SIGINT', 'SIGTERM', 'SIGHUP']);
  title(`Booting the ${kernel} kernel in QEMU; nothing is loaded on this machine`);
  const vm = await Vm.boot({kernel});
  try {
    say(`  ${(await vm.ok('uname -sr')).trim()}`);
    await scenario(vm);
    await vm.checkKernelLog();
    // the user may have guarded files that unloading needs
    if (process.stdin.isTTY && process.stdout.isTTY) await explore(vm);
    else await vm.ok('fguard unload');
  } catch (error) {
    await vm.kill();
    throw error;
  }
  await vm.shutdown();
  title('Done: everything behaved as described, and the kernel log is clean');
}

try {
  await main(process.argv[2] ?? '6.1');
} catch (error) {
  say(
    chalk.red(
      `\nThe demonstration failed: ${error instanceof Error ? error.message : String(error)}`,
    ),
  );
  process.exitCode = 1;
}
