// SPDX-License-Identifier: MIT
import type {Scenario} from '../scenario.js';
import {ALICE, BOB, CAROL, DIR} from '../stage.js';

/** So many that adding a rule would take half an hour if its cost were quadratic. */
const MAPPINGS = 8000;

// /tmp/hostile/{public,other,churned}   readable for all; the last two have strict rules
export const mappings: Scenario = {
  name: 'mappings',
  claim: 'a user with many mappings does not hold up who makes strict rules',
  weight: 0.5,
  run: async (stage) => {
    await stage.shell('for name in public other churned; do cp /bin/true $name || exit; done');
    for (const uid of [ALICE, BOB])
      await stage.attack('hold-mappings', uid, {path: `${DIR}/public`, count: MAPPINGS});
    for (const uid of [ALICE, CAROL])
      await stage.attack('churn-mappings', uid, {path: `${DIR}/churned`, least: 50});
    const end = Date.now() + stage.time;
    let made = 0;
    for (; made < 2 || Date.now() < end; made++) {
      await stage.guard.add({path: `${DIR}/other`, strict: true});
      await stage.guard.add({path: `${DIR}/churned`, strict: true, uids: [ALICE]});
      await stage.guard.clear();
    }
    stage.note(`${made} strict rules beside ${2 * MAPPINGS} mappings`);
    await stage.stop();
  },
};
