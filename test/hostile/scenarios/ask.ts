// SPDX-License-Identifier: MIT
import {FGUARD_QUESTIONS_SHARE} from '../../../src/domain/uapi.gen.js';
import type {Scenario} from '../scenario.js';
import {ALICE, BOB, CAROL, DIR, type Stage} from '../stage.js';

const HOUR = 3_600_000;
const asked = `${DIR}/asked`;

// /tmp/hostile/asked/
//   mine         accessed by one user again and again, and answered
//   asked-1 …    accessed by the others, all at once, and not answered
export const flood: Scenario = {
  name: 'flood',
  claim: 'one user who asks without end does not take the place of another',
  weight: 0.5,
  run: async (stage) => {
    // those beyond the share are denied, and try again as fast as they can
    const threads = FGUARD_QUESTIONS_SHARE + 8;
    await stage.shell(
      `mkdir asked && cd asked && touch mine && for ((i = 1; i <= ${threads}; i++)); do echo asked-$i; done | xargs touch`,
    );
    await stage.guard.add({path: asked, tree: true, otherwise: 'ask', deadline: HOUR});
    await stage.answer('allow', `match=${asked}/mine`);
    await stage.attack('flood', BOB, {dir: asked, threads});
    await stage.attack('flood', CAROL, {dir: asked, threads});
    await stage.last();
    const {waiting} = await stage.guard.status();
    stage.note(`${waiting} questions wait`);
    if (waiting !== 2 * FGUARD_QUESTIONS_SHARE)
      stage.fault(`of two users ${waiting} questions wait`);
    const alice = await stage.attack('ask', ALICE, {dir: asked, name: 'mine', least: 20});
    const {results} = await alice.end();
    stage.note(`Alice: ${JSON.stringify(results)}`);
    if (Object.keys(results).join() !== 'OK')
      stage.fault(`Alice, who is allowed, got ${JSON.stringify(results)}`);
    await stage.killUsers();
    await stage.until(
      'no pending requests',
      async () => (await stage.guard.status()).waiting === 0,
    );
    // more files than anything else may leave behind
    await stage.guard.clear();
    await stage.shell('rm -r asked');
  },
};

const SIGNALS = 20;

/** An answered open that then waits for a writer: signals must not cause new questions. */
async function blockBehindAnswer(stage: Stage): Promise<void> {
  const blocked = await stage.attack('block', ALICE, {dir: asked});
  const before = (await stage.guard.status()).asked;
  for (let times = 0; times < SIGNALS; times++)
    await stage.vm.ok(`kill -STOP ${blocked.pid}; kill -CONT ${blocked.pid}`);
  const after = (await stage.guard.status()).asked;
  stage.note(`asked ${after - before} times more for ${SIGNALS} stops`);
  if (after - before > 2)
    stage.fault(`${SIGNALS} stops behind an answer made ${after - before} questions more`);
  await stage.dismissAll();
  await stage.guard.clear();
  await stage.guard.end();
  await stage.expectRemovable('rmmod, while a user waits behind an answer,');
  await stage.insert();
  await stage.killUsers();
}

// /tmp/hostile/asked/{mine-0…,fifo-…}   asked about, and mostly answered immediately
export const signals: Scenario = {
  name: 'signals',
  claim: 'who is stopped, let go on or killed while it asks leaves nothing behind',
  run: async (stage) => {
    await stage.shell('mkdir -m 777 asked && touch asked/mine-{0..7} && mkfifo -m 666 asked/fifo');
    await stage.guard.add({path: asked, tree: true, otherwise: 'ask', deadline: 300});
    stage.churn([{path: `${asked}/mine-1`, otherwise: 'ask', deadline: 50}]);
    for (const uid of [ALICE, BOB, CAROL])
      await stage.attack('pester', uid, {dir: asked, least: 10});
    const end = Date.now() + stage.time;
    for (let times = 0; times < 3 || Date.now() < end; times++) {
      const answerer = await stage.answer('allow');
      await stage.last(stage.dice.below(800));
      await stage.dismiss(answerer);
    }
    await stage.stop();
    await stage.killUsers();
    await stage.answer('allow');
    await blockBehindAnswer(stage);
  },
};
