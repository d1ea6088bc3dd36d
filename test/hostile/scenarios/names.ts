// SPDX-License-Identifier: MIT
import type {Scenario} from '../scenario.js';
import {ALICE, BOB, DIR} from '../stage.js';

// /tmp/hostile/shared/      a tree in which all users may create, rename and remove
//   a-directory…/d-1/…/     created and removed; "held" is always below one of them
//   held/                   where others work without resolving its path
export const names: Scenario = {
  name: 'names',
  claim: 'a name that dies while the guard reads it is not freed twice',
  weight: 3,
  run: async (stage) => {
    const dir = `${DIR}/shared`;
    await stage.shell(`mkdir -m 777 shared shared/held`);
    const rules = [
      {path: dir, tree: true, uids: [ALICE, BOB]},
      {suffix: '.log', otherwise: 'log'},
    ] as const;
    for (const rule of rules) await stage.guard.add(rule);
    await stage.watch();
    stage.churn([{path: `${dir}/held/file`, uids: [ALICE, BOB]}, {path: `${dir}/secret`}]);
    await stage.attack('work-below', ALICE, {dir, least: 200});
    await stage.attack('work-below', BOB, {dir, least: 200});
    // from now on, they have it open, wherever it is moved
    await stage.attack('move-chain', ALICE, {dir, least: 20});
    await stage.attack('churn-long-names', BOB, {dir, least: 50});
    await stage.last();
    await stage.stop();
  },
};
