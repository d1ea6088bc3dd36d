// SPDX-License-Identifier: MIT
// Stress tests for kernels by other authors, from Debian packages.
import {setTimeout as sleep} from 'node:timers/promises';
import {PATIENCE} from '../../vm/runner/patience.js';
import type {Result} from '../../vm/runner/process.js';
import type {Scenario} from '../scenario.js';
import {ALICE, BOB, DIR, type Stage} from '../stage.js';

const closed = `${DIR}/closed`;
const mixed = `${DIR}/mixed`;
const LATE = 180_000 * PATIENCE;

/* The memory limit of a user; the guest has more. Reaching it is not a fault of the guard. */
const GROUP = '/sys/fs/cgroup/hostile';
const MAKE_GROUP = `mkdir -p ${GROUP} && echo +memory >/sys/fs/cgroup/cgroup.subtree_control &&
  echo 500M >${GROUP}/memory.max && echo 900 >${GROUP}/pids.max 2>/dev/null; true`;

/** Runs a command as a user in its own cgroup. */
const asUser = (uid: number, command: string): string =>
  `echo $$ >${GROUP}/cgroup.procs; ulimit -c 0 -f 65536; cd ${DIR}/${uid} &&
   exec setpriv --reuid=${uid} --regid=${uid} --clear-groups --reset-env ${command}`;

// /tmp/hostile/
//   closed/{secret,n0…n3}   a tree that denies everybody
//   1000/ 1001/             writable for the users: logged, strict, and asked about in turn
//   mixed/{n0…n3}           can be listed; n0 denies, n1 is strict, n2 asks
async function guardThem(stage: Stage): Promise<void> {
  await stage.shell(
    `${MAKE_GROUP}; mkdir -m 777 closed mixed && printf treasure >closed/secret &&
     touch closed/n{0..3} mixed/n{0..3} && chmod 666 closed/* mixed/*; cp /bin/true 1000/strict; cp /bin/true 1001/asked; chmod 666 1000/strict 1001/asked`,
  );
  await stage.guard.add({path: closed, tree: true});
  await stage.guard.add({path: `${DIR}/${ALICE}`, tree: true, otherwise: 'log'});
  await stage.guard.add({suffix: '.log', otherwise: 'log'});
  await stage.guard.add({path: `${DIR}/${ALICE}/strict`, strict: true});
  await stage.guard.add({path: `${DIR}/${BOB}`, tree: true, otherwise: 'ask', ops: 0x10});
  await stage.guard.add({path: `${DIR}/${BOB}/asked`, otherwise: 'ask'});
  await stage.guard.add({path: `${mixed}/n0`});
  await stage.guard.add({path: `${mixed}/n1`, strict: true, otherwise: 'log'});
  await stage.guard.add({path: `${mixed}/n2`, otherwise: 'ask'});
  await stage.guard.add({path: `${DIR}/family`, pids: [1], children: true});
  await stage.watch();
  stage.churn([
    {path: `${DIR}/${BOB}`, suffix: '1', otherwise: 'log'},
    {path: `${DIR}/${ALICE}/strict`, strict: true},
    {path: `${closed}/secret`, strict: true},
  ]);
}

/** Runs it and waits for its end. */
async function perform(stage: Stage, uid: number, command: string): Promise<Result> {
  const process = stage.vm.spawn(asUser(uid, command), {cwd: '/tmp'});
  process.end();
  const late = new AbortController();
  const timer = sleep(stage.time + LATE, undefined, {signal: late.signal}).catch(() => undefined);
  const result = await Promise.race([process.exit, timer]).finally(() => late.abort());
  if (!result) throw new Error(`${command} cannot end`);
  return result;
}

const endOf = ({code, signal}: Result): string => String(signal ?? code);

/*
 * Excludes those that exhaust all memory or harm the whole machine: they would only test
 * the guest's memory.
 */
const NOT_HERE = ['bigheap', 'brk', 'stack', 'watchdog', 'softlockup', 'cyclic', 'physpage'];
const CLASSES = ['filesystem', 'vm', 'scheduler'] as const;
const SECONDS_EACH = 2;

async function stressorsOf(stage: Stage, name: string): Promise<string[]> {
  const text = await stage.vm.ok(`stress-ng --class '${name}?'`);
  return (/stressors: (.*)/.exec(text)?.[1] ?? '')
    .split(' ')
    .filter((one) => !NOT_HERE.includes(one));
}

/** A random choice of each class that fits into the time. */
async function drawStressors(stage: Stage): Promise<string[]> {
  const fit = Math.max(2, Math.floor(stage.time / 1000 / SECONDS_EACH / CLASSES.length));
  const drawn: string[] = [];
  for (const name of CLASSES)
    drawn.push(...stage.dice.shuffle(await stressorsOf(stage, name)).slice(0, fit));
  return drawn;
}

export const stress: Scenario = {
  name: 'stress-ng',
  claim: "stress-ng's file-system, memory and process parts find nothing wrong",
  weight: 3,
  run: async (stage) => {
    await guardThem(stage);
    const drawn = await drawStressors(stage);
    const ends: string[] = [];
    const seed = stage.dice.below(2 ** 31);
    for (const stressor of drawn) {
      const uid = stage.dice.pick([ALICE, BOB]);
      const result = await perform(
        stage,
        uid,
        `stress-ng --quiet --oomable --skip-silent --seed ${seed} --temp-path . --timeout ${SECONDS_EACH} ` +
          `--vm-bytes 32M --hdd-bytes 16M --${stressor} 1`,
      );
      ends.push(`${stressor} ${endOf(result)}`);
    }
    // some need privileges or devices that are not available
    stage.note(ends.join(', '));
    if (!ends.some((end) => end.endsWith(' 0'))) stage.fault('no stressor could do its work');
    await stage.stop();
  },
};

const tail = (text: string): string => text.trim().split('\n').slice(-2).join('; ');

const GROUPS = ['vfs', 'vm'] as const;

export const trinity: Scenario = {
  name: 'trinity',
  claim: "trinity's system calls about files and memory find nothing wrong",
  weight: 2,
  run: async (stage) => {
    await guardThem(stage);
    const end = Date.now() + stage.time;
    let runs = 0;
    for (; runs < 2 || Date.now() < end; runs++) {
      const group = GROUPS[runs % GROUPS.length] ?? 'vfs';
      const uid = runs % 4 < 2 ? ALICE : BOB;
      const result = await perform(
        stage,
        uid,
        `timeout -k 5 10 trinity -q -l off -T DIE -s ${stage.dice.below(2 ** 31)} -C 2 -N 40000 -g ${group} -V ${mixed}`,
      );
      if (![0, 124].includes(result.code ?? 124))
        stage.fault(`trinity -g ${group}: ended with ${endOf(result)}: ${tail(result.stdout)}`);
      else if (runs < GROUPS.length) stage.note(`${group}: ${tail(result.stdout)}`);
    }
    stage.note(`${runs} runs`);
    await stage.stop();
  },
};
