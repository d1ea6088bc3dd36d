// SPDX-License-Identifier: MIT
import {GUARD} from '../guard.js';
import type {Scenario} from '../scenario.js';
import {ALICE, BOB, DIR} from '../stage.js';

const secret = `${DIR}/secret`;

export const exits: Scenario = {
  name: 'exits',
  claim: 'processes that come, start programs and end leave nothing with the rules that name them',
  run: async (stage) => {
    await stage.shell('printf treasure >secret; chmod 644 secret; cp /bin/true program');
    await stage.guard.add({path: secret, exe: `${DIR}/program`});
    await stage.watch();
    const before = await stage.figures();
    stage.churn([
      {path: secret, children: true, pids: [1]},
      {path: `${DIR}/program`, otherwise: 'log'},
    ]);
    const program = `${DIR}/program`;
    for (const uid of [ALICE, BOB])
      await stage.attack('spawn', uid, {path: secret, program, least: 50});
    const end = Date.now() + stage.time;
    let named = 0;
    for (; named < 5 || Date.now() < end; named++) {
      const mortal = await stage.attack('last', ALICE, {path: secret, least: 2});
      const kind = stage.dice.pick(['untilExit', 'children'] as const);
      // it may have ended before the rule was added, which then fails
      const ending = stage.dice.below(2) ? mortal.kill() : Promise.resolve();
      const added = stage.vm.run(
        `${GUARD} add path=${DIR}/of-${named % 8} pids=${mortal.pid} flags=${kind === 'children' ? 8 : 16}`,
      );
      await Promise.all([ending, added]);
      await mortal.kill();
    }
    stage.note(`${named} processes named`);
    await stage.stop();
    await stage.until('the rules that end with a process have ended', async () => {
      const {rules} = await stage.guard.status();
      return rules <= 2 + 8;
    });
    await stage.guard.clear();
    await stage.expectBounded(before);
  },
};

export const tracers: Scenario = {
  name: 'tracers',
  claim: 'nobody gets in by tracing, and tracers of shared memory harm nothing',
  run: async (stage) => {
    await stage.shell('printf treasure >secret; chmod 644 secret');
    const named = await stage.attack('last', ALICE, {path: secret, least: 1});
    await stage.guard.add({path: secret, pids: [named.pid], children: true});
    await stage.watch();
    stage.churn([
      {path: `${DIR}/other`, pids: [named.pid]},
      {path: secret, pids: [named.pid]},
    ]);
    await stage.attack('trace', ALICE, {path: secret, pid: named.pid, least: 10});
    await stage.attack('trace', ALICE, {path: secret, least: 10});
    await stage.attack('trace', BOB, {path: secret, least: 10});
    await stage.last();
    // tracers stop it whenever no rule names it for a moment, so it has to be killed; its end
    // is reported to the tracer first, which does not wait for it
    const killed = named.kill();
    await stage.stop();
    await killed;
  },
};
