// SPDX-License-Identifier: MIT
import chalk from 'chalk';
import type {GuestProcess, Vm} from '../../test/vm/runner/vm.js';
import {FILE} from './attempts.js';
import {say, showCommand, terminalOptions} from './say.js';

interface Expected {
  ops: readonly string[];
  verdict: 'allow' | 'deny';
}

export interface Watch {
  /** Waits until the stream has shown a matching access to the file. */
  expect(expected: Expected): Promise<void>;
  stop(): Promise<void>;
}

// spaces and colours between two cells of a line
const GAP = '(?:\\s|\\u001b\\[[0-9;]*m)+';

/** An event may take two lines on a narrow terminal. */
function eventPattern({ops, verdict}: Expected): RegExp {
  return new RegExp(`${verdict}${GAP}(?:${ops.join('|')})\\s[^]*?${FILE}`);
}

async function stop(stream: GuestProcess): Promise<void> {
  stream.kill('SIGINT');
  const {code, signal} = await stream.exit;
  if (code !== 130) throw new Error(`fguard watch ended with ${code ?? signal ?? '?'}, not 130`);
}

/** `fguard watch` as a person sees it: on a terminal, if there is one here, and in colour. */
export async function startWatch(vm: Vm): Promise<Watch> {
  showCommand('fguard watch &');
  const options = terminalOptions();
  const stream = vm.spawn(['fguard', 'watch'], options);
  await stream.waitFor(/watching[^\n]*\n/, {on: options.terminal ? 'stdout' : 'stderr'});
  stream.on('line', (line) => {
    say(`${chalk.cyan('  ┃')} ${line.replace(/\r$/, '')}`);
  });
  return {
    expect: async (expected) => {
      await stream.waitFor(eventPattern(expected));
    },
    stop: () => stop(stream),
  };
}
