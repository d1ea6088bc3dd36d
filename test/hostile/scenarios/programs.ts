// SPDX-License-Identifier: MIT
import type {Scenario} from '../scenario.js';
import {ALICE, BOB, DIR} from '../stage.js';

const closed = `${DIR}/closed`;
const shared = `${DIR}/shared`;
const service = `${DIR}/${BOB}/service`;

const named = (which: number): string => `${shared}/named-${which}`;

// /tmp/hostile/
//   closed/{file-…,kept}        guarded; rules allow only the programs they name
//   shared/{named,spare,stranger}-…   writable for all; rules name the first now and then
//   1001/service                a rule always names it; its owner upgrades it
export const programs: Scenario = {
  name: 'programs',
  claim: 'who runs what a rule names is let in, whatever else has its name before or after',
  weight: 2,
  run: async (stage) => {
    await stage.shell(
      `mkdir closed && mkdir -m 777 shared && touch closed/kept closed/file-{0..5}`,
    );
    await stage.guard.add({path: closed, tree: true});
    await stage.guard.add({path: `${closed}/kept`, exe: service});
    await stage.watch();
    stage.churn([
      ...[0, 1, 2, 3].map((which) => ({path: `${closed}/file-${which}`, exe: named(which)})),
      {path: `${closed}/file-1`, exe: named(0)},
      {path: `${closed}/file-4`, exe: named(2)},
      {path: `${closed}/file-5`, exe: service},
    ]);
    await stage.attack('shuffle-programs', ALICE, {dir: shared, closed, least: 30});
    await stage.attack('exchange-programs', BOB, {dir: shared, least: 1000});
    await stage.attack('upgrade-program', BOB, {
      dir: `${DIR}/${BOB}`,
      program: service,
      closed,
      path: `${closed}/kept`,
      least: 50,
    });
    await stage.last();
    await stage.stop();
  },
};
