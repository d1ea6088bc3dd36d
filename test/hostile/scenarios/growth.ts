// SPDX-License-Identifier: MIT
import type {Scenario} from '../scenario.js';
import {ALICE, DIR, type Stage} from '../stage.js';

const ROUNDS = 6000;
/** The number of ways to fail: see grab() of the guest. */
const WAYS = 6;
/** @param attack repeats an operation on a guarded name */
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

// /tmp/hostile/1000/guarded   belongs to the user, who is allowed
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

/* Only this user is allowed. */
const AS_ALICE = `setpriv --reuid=${ALICE} --regid=${ALICE} --clear-groups`;

async function expectOpen(stage: Stage, who: string, file: string): Promise<void> {
  const {code, stderr} = await stage.vm.run(`${who} cat ${file} >/dev/null`);
  if (code !== 0) stage.fault(`${file} is refused to ${who || 'root'}: ${stderr.trim()}`);
}

async function expectClosed(stage: Stage, who: string, file: string): Promise<void> {
  const {code} = await stage.vm.run(`${who} cat ${file}`);
  if (code === 0) stage.fault(`${file} is open to ${who || 'root'}`);
}

/** The same files can be opened as before, and no others. */
async function expectFair(stage: Stage): Promise<void> {
  for (const file of ['victim/file', 'victim/folder/file', 'closed/secret'])
    await expectOpen(stage, '', `${DIR}/${file}`);
  await expectOpen(stage, AS_ALICE, `${DIR}/victim/file`);
  await expectClosed(stage, AS_ALICE, `${DIR}/closed/secret`);
}

/** Runs each way separately, so that none hides the effect of another. */
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
//   victim/{file,folder/}     owned by root, without a rule
//   closed/secret             in a tree that denies the user
//   1000/guarded              owned by the user; only the user is allowed
//   1000/logged               owned by the user, and reported
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
