// SPDX-License-Identifier: MIT
import type {GuestProcess} from '../../vm/runner/vm.js';
import {GUARD} from '../guard.js';
import type {Scenario} from '../scenario.js';
import {ALICE, BOB, CAROL, DIR, type Stage} from '../stage.js';

/** A reader that is slower than its events. */
async function slowReader(stage: Stage): Promise<{reader: GuestProcess; pid: number}> {
  const reader = stage.vm.spawn([GUARD, 'watch', 'all=1'], {keep: true});
  await reader.waitFor('subscribed');
  const pid = await reader.pid;
  await stage.vm.ok(`kill -STOP ${pid}`);
  return {reader, pid};
}

/** With paths this long, a few records fill the queue of a reader. */
const LONG = `${DIR}/shared${`/${'long'.repeat(60)}`.repeat(4)}`;

/** Waits until the reader's queue is full and the sender waits for the socket. */
async function untilFull(stage: Stage): Promise<void> {
  const {lost} = await stage.guard.status();
  await stage.until('a queue is full', async () => (await stage.guard.status()).lost > lost);
}

// /tmp/hostile/shared/long…/   where users cause events all the time
export const streams: Scenario = {
  name: 'streams',
  claim: 'what a reader of events who is gone was to get comes to nobody else',
  run: async (stage) => {
    await stage.shell(`mkdir -pm 777 ${LONG} && chmod 777 ${LONG}`);
    await stage.guard.add({path: `${DIR}/shared`, tree: true, otherwise: 'log'});
    for (const uid of [ALICE, CAROL]) await stage.attack('hammer', uid, {dir: LONG});
    const thief = await stage.attack('steal', BOB);
    const end = Date.now() + stage.time;
    let times = 0;
    for (; times < 4 || Date.now() < end; times++) {
      // the library's socket has the process id as its port
      const {reader, pid} = await slowReader(stage);
      await untilFull(stage);
      thief.process.write(`${pid}\n`);
      await thief.process.waitFor('waiting\n');
      reader.kill('SIGKILL');
      await reader.exit;
      await thief.process.waitFor('done\n');
    }
    stage.note(`${times} readers killed`);
    await stage.stop();
    await stage.until('no reader is counted any more', async () => {
      const {subscribers} = await stage.guard.status();
      return subscribers === 0;
    });
  },
};
