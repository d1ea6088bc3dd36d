// SPDX-License-Identifier: MIT
// One user cannot take another's place among those who wait.
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {Answerer, questionsOf} from './helper/answerer.js';
import {useLab} from './helper/lab.js';
import {PATIENCE} from './runner/patience.js';
import {vm} from './runner/shared.js';

// /tmp/ask-shares/
//   vault/{secret,…}   asked about for everybody
const lab = useLab('ask-shares');
const vault = lab.path('vault');
const secret = `${vault}/secret`;
/** So that a question takes some kilobytes. */
const deep = `${vault}/${`${'d'.repeat(250)}/`.repeat(14)}`;
/** Milliseconds; no test waits for it to pass. */
const LONG = 3_600_000;
/** Of the module: waiting questions of one user. */
const SHARE = 1024;
const TIMEOUT = 200_000 * PATIENCE;

const through = (uid: number): string[] => [
  'setpriv',
  `--reuid=${uid}`,
  `--regid=${uid}`,
  '--clear-groups',
];

const waits = (count: number) => lab.guard.until(({waiting}) => waiting === count);

let answerer: Answerer;
let greedy: Actor;
let modest: Actor;

beforeEach(async () => {
  await lab.guard.clear();
  await vm.ok(
    `cd ${lab.directory} && rm -rf vault && mkdir -p ${deep} && touch vault/secret && chmod -R 777 vault`,
  );
  await lab.guard.add(vault, {tree: true, otherwise: 'ask', deadline: LONG});
  greedy = await Actor.start({through: through(65_534)});
  modest = await Actor.start({through: through(4711)});
});

afterEach(async () => {
  await answerer.end();
  await Promise.all([greedy.end(), modest.end()]);
});

describe('a user who floods the guard with questions', () => {
  it(
    'has a share of them, and another user is asked about as ever',
    async () => {
      answerer = await Answerer.start();
      const flood = greedy.do('flood', SHARE + 100, `${vault}/new`);
      await waits(SHARE);
      const end = modest.do('open', secret);
      await waits(SHARE + 1);
      const own = (await questionsOf(lab.guard)).find(({pid}) => pid === modest.pid);
      await answerer.answer(own?.id ?? 0, {verdict: 'allow'});
      expect(await end).toBe('OK');
      await lab.guard.clear();
      await flood;
    },
    TIMEOUT,
  );

  it(
    'says that he is somebody else, and pays for it himself',
    async () => {
      answerer = await Answerer.start();
      const says = 'echo 4711 >/proc/self/loginuid && exec "$@"';
      const liar = await Actor.start({through: [...through(65_534), 'sh', '-c', says, 'sh']});
      const flood = liar.do('flood', SHARE + 100, `${vault}/new`);
      await waits(SHARE);
      const end = modest.do('open', secret);
      await waits(SHARE + 1);
      const own = (await questionsOf(lab.guard)).find(({pid}) => pid === modest.pid);
      await answerer.answer(own?.id ?? 0, {verdict: 'allow'});
      expect(await end).toBe('OK');
      await lab.guard.clear();
      await flood;
      await liar.end();
    },
    TIMEOUT,
  );

  it(
    'fills the queue of an answerer that does not read, and another user waits for that alone',
    async () => {
      answerer = await Answerer.start();
      answerer.process.kill('SIGSTOP');
      const flood = greedy.do('flood', SHARE - 24, `${deep}new`);
      await waits(SHARE - 24);
      const end = modest.do('open', secret);
      await waits(SHARE - 23);
      answerer.process.kill('SIGCONT');
      for (;;) {
        const {id, pid} = await answerer.question();
        if (pid !== modest.pid) continue;
        await answerer.answer(id, {verdict: 'allow'});
        break;
      }
      expect(await end).toBe('OK');
      await lab.guard.clear();
      await flood;
    },
    TIMEOUT,
  );
});
