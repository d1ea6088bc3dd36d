// SPDX-License-Identifier: MIT
import {fguard_op} from '../../../src/domain/uapi.gen.js';
import type {Scenario} from '../scenario.js';
import {ALICE, BOB, DIR} from '../stage.js';

/** A user who cannot mount there cannot mount and unmount. */
const BUT_MOUNT = (1 << fguard_op.FGUARD_OP_MOUNT) - 1;

const closed = `${DIR}/closed`;

// /tmp/hostile/
//   closed/{secret,sub0/,sub1/}   guarded
//   1000/ 1001/                   where users mount anything, in namespaces of their own
//   mounted/secret                guarded; its file system is mounted and unmounted
export const places: Scenario = {
  name: 'places',
  claim: 'no mount, overlay, namespace or handle gets past a rule, or outlives it badly',
  run: async (stage) => {
    await stage.shell(
      `modprobe overlay; mkdir -p closed/sub0 closed/sub1 mounted && printf treasure >closed/secret &&
       chmod 644 closed/secret && touch closed/sub{0,1}/n{0..3}`,
    );
    await stage.guard.add({path: `${closed}/secret`});
    await stage.watch();
    stage.churn([
      {path: closed, tree: true, otherwise: 'log'},
      {path: `${DIR}/mounted/secret`, ops: BUT_MOUNT},
      {path: `${DIR}/mounted`, tree: true, ops: BUT_MOUNT},
      {path: `${DIR}/mounted`, suffix: '.log', strict: true},
      {path: `${closed}/sub0`, tree: true},
    ]);
    for (const uid of [ALICE, BOB])
      await stage.attack('move-about', uid, {dir: `${DIR}/${uid}`, closed, least: 15});
    await stage.attack('use-handles', 0, {dir: closed, least: 100});
    await stage.attack('mount-and-unmount', 0, {least: 10});
    await stage.attack('storm', ALICE, {dir: `${DIR}/mounted`, least: 100});
    await stage.last();
    await stage.stop();
  },
};
