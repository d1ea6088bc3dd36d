// SPDX-License-Identifier: MIT
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Answerer, questionsOf} from '../helper/answerer.js';
import {Guard} from '../helper/guard.js';
import {useLab} from '../helper/lab.js';
import {vm} from '../runner/shared.js';
import {
  attempt,
  attemptDo,
  beginFaults,
  endFaults,
  feed,
  isFailure,
  starve,
  untilWhole,
} from './faults.js';

// /tmp/ask-faults/
//   secret    "treasure", asked about
//   new       not there; asked about
//   folder/   asked about
const lab = useLab('ask-faults');
const at = (name: string): string => lab.path(name);
const secret = at('secret');
/** Milliseconds; no test waits for it to pass. */
const LONG = 3_600_000;

let answerer: Answerer;

afterAll(endFaults);

beforeAll(async () => {
  await beginFaults();
  await vm.ok(`cd ${lab.directory} && printf treasure >secret && mkdir folder`);
});

beforeEach(async () => {
  await lab.guard.clear();
  for (const name of ['secret', 'new', 'folder'])
    await lab.guard.add(at(name), {otherwise: 'ask', deadline: LONG});
});

afterEach(() => answerer.end());

const untilAnswered = () => lab.guard.until(({waiting}) => waiting === 0);

describe('somebody who is asked about, while memory is short', () => {
  it.each(['open secret', 'open-create new', 'mkdir new', 'unlink secret', 'rename folder away'])(
    'is refused if the answer is no: %s',
    async (words) => {
      answerer = await Answerer.start({verdict: 'deny'});
      const [route = '', ...names] = words.split(' ');
      const faults = await untilWhole(async (nth) => {
        const {result, injected} = await attemptDo(lab.intruder, nth, route, ...names.map(at));
        expect(result, `allocation ${nth}`).not.toBe('OK');
        if (!injected) expect(result).toBe('EACCES');
        await untilAnswered();
        return injected;
      });
      expect(faults).toBeGreaterThan(3);
      expect(await vm.run(`test -f ${secret} -a ! -e ${at('new')}`)).toMatchObject({code: 0});
    },
  );

  it('is let in if the answer is yes, or refused, and never waits in vain', async () => {
    answerer = await Answerer.start({verdict: 'allow'});
    const faults = await untilWhole(async (nth) => {
      const {result, injected} = await attemptDo(lab.intruder, nth, 'open', secret);
      expect(injected ? ['OK', 'EACCES', 'ENOMEM', 'ENFILE'] : ['OK']).toContain(result);
      await untilAnswered();
      return injected;
    });
    expect(faults).toBeGreaterThan(3);
    expect((await lab.guard.list()).map(({expired}) => expired)).toEqual([0, 0, 0]);
  });
});

describe('a command about questions for which memory is short', () => {
  let worker: Guard;

  beforeAll(() => {
    worker = new Guard();
  });
  afterAll(() => worker.end());

  it('answers one, or it waits on', async () => {
    answerer = await Answerer.start();
    const faults = await untilWhole(async (nth) => {
      await lab.guard.add(secret, {otherwise: 'ask', deadline: LONG});
      const opened = lab.intruder.do('open', secret);
      const {id} = await answerer.question();
      const words = {id, verdict: 'allow', lifetime: 'forever'};
      const {answer, injected} = await attempt(worker, nth, 'answer', words);
      const where = `allocation ${nth}: ${JSON.stringify(answer)}`;
      if (isFailure(answer)) {
        expect(['ENOMEM', 'ENOBUFS'], where).toContain(answer.errno);
        const waiting = (await questionsOf(lab.guard)).length;
        // no room for the acknowledgement: the answer may have been taken
        if (answer.errno === 'ENOMEM') expect(waiting, where).toBe(1);
        if (waiting) await lab.guard.do('answer', words);
      }
      expect(await opened, where).toBe('OK');
      return injected;
    });
    expect(faults).toBeGreaterThan(3);
  });

  it('lists all that wait, or none', async () => {
    answerer = await Answerer.start();
    const opened = lab.intruder.do('open', secret);
    const {id} = await answerer.question();
    const truth = await lab.guard.do('questions');
    const faults = await untilWhole(async (nth) => {
      const {answer, injected} = await attempt(worker, nth, 'questions');
      if (isFailure(answer)) {
        expect(['ENOMEM', 'ENOBUFS']).toContain(answer.errno);
        // a list that broke off stays begun, and the kernel begins no other on its socket
        await worker.end();
        worker = new Guard();
      } else expect(answer, `allocation ${nth}`).toEqual(truth);
      return injected;
    });
    expect(faults).toBeGreaterThan(2);
    await answerer.answer(id, {verdict: 'deny'});
    expect(await opened).toBe('EACCES');
  });
});

describe('a question for whose delivery memory is short', () => {
  const ACCESSES = 300;

  afterAll(feed);

  it('arrives late, and is answered', async () => {
    answerer = await Answerer.start({verdict: 'deny'});
    await starve((await vm.ok(`pgrep '^fguard/'`)).trim());
    const counts = await lab.intruder.do('repeat', ACCESSES, 'open', secret);
    expect(counts).toBe(`EACCES=${ACCESSES}`);
    const rules = await lab.guard.list();
    expect(rules.find(({path}) => path === secret)).toMatchObject({asked: ACCESSES, expired: 0});
  });
});
