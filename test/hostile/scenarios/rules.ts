// SPDX-License-Identifier: MIT
import type {Rule} from '../rules.js';
import type {Scenario} from '../scenario.js';
import {ALICE, BOB, CAROL, DIR, type Stage} from '../stage.js';

const shared = `${DIR}/shared`;

/* Every kind of rule, about the files that users work with. */
const KINDS: readonly Rule[] = [
  {path: `${shared}/secret`},
  {path: `${shared}/n1`, uids: [ALICE]},
  {path: `${shared}/n2.log`, otherwise: 'log', strict: true},
  {path: `${shared}/n4.log`, strict: true, uids: [BOB]},
  {path: `${shared}/n5`, otherwise: 'ask', deadline: 40},
  {path: `${shared}/n7`, otherwise: 'ask', deadline: 40, strict: true},
  {path: `${shared}/sub0`, tree: true, uids: [ALICE]},
  {path: `${shared}/sub1`, tree: true, otherwise: 'log'},
  {path: `${shared}/sub1/n3`, tree: true, otherwise: 'ask', deadline: 40},
  {path: shared, suffix: '.log', otherwise: 'log'},
  {path: shared, tree: true, uids: [ALICE, BOB, CAROL]},
];

async function fillShared(stage: Stage): Promise<void> {
  await stage.shell(
    `mkdir -m 777 shared shared/sub0 shared/sub1 && cd shared && printf treasure >secret &&
     for name in n1 n2.log n4.log n5 n7 sub0/n0 sub1/n3; do cp /bin/true $name && chmod 777 $name || exit; done`,
  );
}

const stormers = (stage: Stage): Promise<unknown> =>
  Promise.all([ALICE, BOB].map((uid) => stage.attack('storm', uid, {dir: shared, least: 300})));

/** Readers and answerers connect and disconnect during the whole attack. */
async function comeAndGo(stage: Stage): Promise<void> {
  const end = Date.now() + stage.time;
  for (let times = 0; times < 3 || Date.now() < end; times++) {
    const reader = await stage.watch();
    const answerer = await stage.answer(stage.dice.pick(['allow', 'deny']));
    await stage.last(stage.dice.below(500));
    await stage.dismiss(stage.dice.below(2) ? reader : answerer);
    await stage.dismissAll();
  }
}

// /tmp/hostile/shared/{secret,n…,sub0/,sub1/}   writable for all, and guarded now and then
export const rules: Scenario = {
  name: 'rules',
  claim: 'every operation survives rules, readers and answerers that come and go',
  weight: 2,
  run: async (stage) => {
    await fillShared(stage);
    stage.churn(KINDS, true);
    await stormers(stage);
    await comeAndGo(stage);
    await stage.stop();
  },
};

export const reload: Scenario = {
  name: 'reload',
  claim: 'the module comes and goes while every operation is under way',
  run: async (stage) => {
    await fillShared(stage);
    await stormers(stage);
    const end = Date.now() + stage.time;
    let times = 0;
    for (; times < 2 || Date.now() < end; times++) {
      for (const rule of stage.dice.shuffle(KINDS).slice(0, 6)) await stage.guard.add(rule);
      const reader = await stage.watch();
      await stage.last(stage.dice.below(700));
      await stage.dismiss(reader);
      await stage.guard.clear();
      await stage.reload();
    }
    stage.note(`removed and inserted ${times} times`);
    await stage.stop();
  },
};
