// SPDX-License-Identifier: MIT
import type {Scenario} from '../scenario.js';
import {ALICE, DIR, type Stage} from '../stage.js';

const ROUNDS = 6000;
/** How many ways there are to fail: see grab() of the guest. */
const WAYS = 6;
/** @param attack repeats something with a guarded name */
function growing(name: string, attack: string, claim: string): Scenario {
  return {
    name,
    claim,
    weight: 0.2,
    run: async (stage) => {
      const dir = `${DIR}/${ALICE}`;
      await stage.guard.add({path: `${dir}/guarded`, uids: [ALICE]});
      await stage.guard.add({path: `${DIR}/tree`, tree: true});
      const warm = await stage.attack(attack, ALICE, {dir, least: 50});
      await warm.end();
      const before = await stage.figures();
      await stage.attack(attack, ALICE, {dir, least: ROUNDS});
      await stage.stop();
      await stage.expectBounded(before);
    },
  };
}

// /tmp/hostile/1000/guarded   the user's own, and he is let in
export const renew = growing(
  'renew',
  'renew',
  'a user who makes, renames and removes a guarded name again and again leaves nothing behind',
);
export const save = growing(
  'save',
  'save',
  'a user who saves a guarded file again and again, as editors do, leaves nothing behind',
);

/* Nobody else may touch what only she is let in to. */
const AS_ALICE = `setpriv --reuid=${ALICE} --regid=${ALICE} --clear-groups`;

async function expectOpen(stage: Stage, who: string, file: string): Promise<void> {
  const {code, stderr} = await stage.vm.run(`${who} cat ${file} >/dev/null`);
  if (code !== 0) stage.fault(`${file} is refused to ${who || 'root'}: ${stderr.trim()}`);
}

async function expectClosed(stage: Stage, who: string, file: string): Promise<void> {
  const {code} = await stage.vm.run(`${who} cat ${file}`);
  if (code === 0) stage.fault(`${file} is open to ${who || 'root'}`);
}

/** Nobody can open more, or less, than before. */
async function expectFair(stage: Stage): Promise<void> {
  for (const file of ['victim/file', 'victim/folder/file', 'closed/secret'])
    await expectOpen(stage, '', `${DIR}/${file}`);
  await expectOpen(stage, AS_ALICE, `${DIR}/victim/file`);
  await expectClosed(stage, AS_ALICE, `${DIR}/closed/secret`);
}

/** Each way once more, so that no other way covers up what it has done. */
async function expectEachFair(stage: Stage, dir: string, victim: string): Promise<void> {
  for (const onto of ['guarded', 'logged'])
    for (const absent of [0, 1])
      for (let way = 0; way < WAYS; way++) {
        const faults = stage.faults.length;
        await stage.shell(`${AS_ALICE} rm -f ${dir}/${onto}`);
        const once = {dir, victim, onto, way, absent, most: 1, folder: `${DIR}/victim/folder`};
        await (await stage.attack('grab', ALICE, once)).end();
        await expectFair(stage);
        if (stage.faults.length === faults) continue;
        stage.fault(
          `that was way ${way} onto ${absent ? 'a missing' : 'the'} ${onto}, of ${victim}`,
        );
        return;
      }
}

// /tmp/hostile/
//   victim/{file,folder/}     root's, and no rule is about them
//   closed/secret             in a tree that is closed to the user
//   1000/guarded              the user's own, and no one else is let in
//   1000/logged               the user's own, and reported
export const grab: Scenario = {
  name: 'grab',
  claim: 'a rename or a link that fails for lack of rights changes nothing that rules are about',
  run: async (stage) => {
    const dir = `${DIR}/${ALICE}`;
    await stage.shell(
      `mkdir victim closed victim/folder && printf plain | tee victim/file >victim/folder/file &&
       printf treasure >closed/secret && chmod 644 closed/secret`,
    );
    await stage.guard.add({path: `${dir}/guarded`, uids: [ALICE]});
    await stage.guard.add({path: `${DIR}/closed`, tree: true, uids: [0]});
    await stage.guard.add({path: `${dir}/logged`, otherwise: 'log'});
    const before = await stage.figures();
    const victims = [`${DIR}/victim/file`, `${DIR}/closed/secret`];
    for (const victim of victims)
      await stage.attack('grab', ALICE, {dir, victim, folder: `${DIR}/victim/folder`, least: 200});
    await stage.last();
    await stage.stop();
    for (const victim of victims) await expectEachFair(stage, dir, victim);
    await stage.expectBounded(before);
  },
};
