// SPDX-License-Identifier: MIT
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {Answerer} from './helper/answerer.js';
import {type Failure, type Verdict, maskOf} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import {vm} from './runner/shared.js';

// /tmp/ask-remembered/
//   vault/secret   asked about
//   free           another object
//   a, b           scripts that show the secret, run by the same interpreter
//   child          one whose child does
const lab = useLab('ask-remembered');
const vault = lab.path('vault');
const secret = `${vault}/secret`;
const RULE = {tree: true, otherwise: 'ask', deadline: 600_000, ops: ['read']} as const;

interface Remembered {
  id: number;
  rule: number;
  ops: number;
  verdict: Verdict;
  lifetime: string;
  pid: number;
  uid: number;
  ttl: number;
  comm: string;
  exe?: string;
  script?: string;
}

let answerer: Answerer;

const remembered = async (): Promise<Remembered[]> =>
  (await lab.guard.do<{answers: Remembered[]}>('answers')).answers;

const forget = (...ids: number[]): Promise<Failure | object> =>
  lab.guard.ask('forget', {id: ids.map(String)});

/** Has the next question answered, for ever. */
async function answered(command: string, verdict: Verdict = 'allow'): Promise<number | null> {
  const ended = vm.run(command);
  await answerer.reply({verdict, lifetime: 'forever'});
  return (await ended).code;
}

/** Whether a command is let in, and whether anybody was asked first, who says no. */
async function outcome(command: string): Promise<{code: number | null; asked: number}> {
  const before = (await lab.guard.status()).asked;
  const ended = vm.run(command);
  const asked = async (): Promise<number> => (await lab.guard.status()).asked - before;
  const first = await Promise.race([ended, answerer.question()]);
  if ('id' in first) await answerer.answer(first.id, {verdict: 'deny'});
  const {code} = await ended;
  return {code, asked: await asked()};
}

const LET_IN = {code: 0, asked: 0};
const ASKED = {code: 1, asked: 1};

beforeEach(async () => {
  await lab.guard.clear();
  await vm.ok(
    `cd ${lab.directory} && rm -rf * && mkdir vault && echo 1 >vault/secret && echo 2 >free &&` +
      ` printf '#!/bin/cat ${secret}\\n' | tee a b >/dev/null &&` +
      ` printf '#!/bin/sh\\n(read x <${secret}) && : || exit 1\\n' >child && chmod +x a b child`,
  );
  await lab.guard.add(vault, RULE);
  answerer = await Answerer.start();
});

afterEach(() => answerer.end());

describe('a remembered answer', () => {
  it('is listed, and can be taken back alone', async () => {
    const [rule] = await lab.guard.list();
    expect(await answered(`cat ${secret}`)).toBe(0);
    expect(await answered(`head ${secret}`, 'deny')).toBe(1);
    const list = await remembered();
    expect(list).toMatchObject([
      {verdict: 'allow', lifetime: 'forever', pid: 0, uid: 0, ttl: 0, comm: 'cat'},
      {verdict: 'deny', lifetime: 'forever', comm: 'head', rule: rule?.id, ops: maskOf(['read'])},
    ]);
    expect(list[0]?.exe).toMatch(/^\//);
    expect(list[0]).not.toHaveProperty('script');
    const [first, second] = list.map(({id}) => id) as [number, number];
    expect(second).toBeGreaterThan(first);
    expect(await forget(first, 4711)).toMatchObject({errno: 'ENOENT'});
    expect(await remembered()).toHaveLength(2);
    expect(await forget(first)).toEqual({});
    expect((await remembered()).map(({id}) => id)).toEqual([second]);
    expect(await outcome(`cat ${secret}`)).toEqual(ASKED);
    expect(await outcome(`head ${secret}`)).toEqual({code: 1, asked: 0});
    expect(await forget(first)).toMatchObject({errno: 'ENOENT'});
  });

  it('that is one of all is forgotten with them', async () => {
    expect(await answered(`cat ${secret}`)).toBe(0);
    expect(await answered(`head ${secret}`)).toBe(0);
    expect(await forget()).toEqual({});
    expect(await remembered()).toEqual([]);
    expect(await outcome(`cat ${secret}`)).toEqual(ASKED);
    expect(await forget()).toEqual({});
  });

  it('about a process says which, and goes with it', async () => {
    const opened = lab.intruder.do('open', secret);
    await answerer.reply({verdict: 'allow', lifetime: 'process'});
    expect(await opened).toBe('OK');
    expect(await remembered()).toMatchObject([{lifetime: 'process', pid: lab.intruder.pid}]);
    const sleeper = vm.run(`cat ${secret} && exit 0`);
    await answerer.reply({verdict: 'allow', lifetime: 'process'});
    expect((await sleeper).code).toBe(0);
    expect(await remembered()).toHaveLength(1);
  });

  it('for a time says what is left of it', async () => {
    const ended = vm.run(`cat ${secret}`);
    await answerer.reply({verdict: 'allow', lifetime: 'time', ttl: 600_000});
    expect((await ended).code).toBe(0);
    const [answer] = await remembered();
    expect(answer?.lifetime).toBe('time');
    expect(answer?.ttl).toBeGreaterThan(0);
    expect(answer?.ttl).toBeLessThanOrEqual(600_000);
  });

  it.each([
    ['replaced', () => lab.guard.add(vault, {...RULE, deadline: 300_000})],
    ['in a new set', () => lab.guard.set(vault, {...RULE, default: 'allow'})],
  ])('stays when its rule is %s', async (_, change) => {
    expect(await answered(`cat ${secret}`)).toBe(0);
    const [before] = await remembered();
    await change();
    const [rule] = (await lab.guard.list()).filter(({path}) => path === vault);
    expect(await remembered()).toMatchObject([{id: before?.id, rule: rule?.id}]);
    expect(await outcome(`cat ${secret}`)).toEqual(LET_IN);
    expect(await forget(before?.id ?? 0)).toEqual({});
    expect(await outcome(`cat ${secret}`)).toEqual(ASKED);
  });

  it.each([
    ['asks about something else', () => lab.guard.add(vault, {...RULE, ops: ['read', 'write']})],
    ['is strict', () => lab.guard.add(vault, {...RULE, strict: true})],
    ['goes', () => lab.guard.set(vault, {tree: true})],
  ])('goes when its rule %s', async (_, change) => {
    expect(await answered(`cat ${secret}`)).toBe(0);
    await change();
    expect(await remembered()).toEqual([]);
    await lab.guard.clear();
    await lab.guard.add(vault, RULE);
    expect(await outcome(`cat ${secret}`)).toEqual(ASKED);
  });
});

describe('for ever, by an interpreter', () => {
  const [a, b, child] = [lab.path('a'), lab.path('b'), lab.path('child')];

  it('means the script, and no other', async () => {
    const ended = vm.run(a);
    const question = await answerer.reply({verdict: 'allow', lifetime: 'forever'});
    expect(question.script).toBe(a);
    expect((await ended).code).toBe(0);
    expect(await remembered()).toMatchObject([{script: a, lifetime: 'forever'}]);
    expect(await outcome(a)).toEqual(LET_IN);
    for (const command of [b, `cat ${secret}`, `sh -c 'cat ${secret}'`, `/bin/cat ${secret} ${a}`])
      expect([command, await outcome(command)]).toEqual([command, ASKED]);
    // a copy is another file, another name the same one
    await vm.ok(`cp ${a} ${a}2 && ln ${a} ${a}3`);
    expect(await outcome(`${a}2`)).toEqual(ASKED);
    expect(await outcome(`${a}3`)).toEqual(LET_IN);
    expect(await outcome(`sh -c 'exec ${a}'`)).toEqual(LET_IN);
  });

  it('that ran no script means the interpreter without one', async () => {
    const ended = vm.run(`cat ${secret}`);
    const question = await answerer.reply({verdict: 'allow', lifetime: 'forever'});
    expect(question).not.toHaveProperty('script');
    expect((await ended).code).toBe(0);
    expect(await outcome(`cat ${secret}`)).toEqual(LET_IN);
    expect(await outcome(a)).toEqual(ASKED);
  });

  it('means the children of the script, until they execute something', async () => {
    expect(await answered(child)).toBe(0);
    expect(await remembered()).toMatchObject([{script: child}]);
    expect(await outcome(child)).toEqual(LET_IN);
    expect(await outcome(`sh -c '(read x <${secret}) || exit 1'`)).toEqual(ASKED);
    await vm.ok(`printf '#!/bin/sh\\nread x <${secret} || exit 1\\n' >${child}; true`);
    expect(await outcome(child)).toEqual(LET_IN);
    expect(await outcome(`sh ${child}`)).toEqual(ASKED);
  });

  it('counts nobody as a script that he could not execute', async () => {
    await vm.ok(`printf '#!/bin/sh\\nread x <${secret} || exit 1\\n' >${a}`);
    expect(await answered(a)).toBe(0);
    expect(await outcome(a)).toEqual(LET_IN);
    // one without interpreter, and one that is its own, which the kernel looks at till it is tired
    for (const interpreter of ['/no/such', a]) {
      await vm.ok(`printf '#!${interpreter}\\n' >${a}`);
      const tried = `sh -c 'trap "read x <${secret} && exit 0; exit 1" EXIT; exec ${a}'`;
      expect([interpreter, await outcome(tried)]).toEqual([interpreter, ASKED]);
    }
  });

  it('is what it is after the script is gone and another has its name', async () => {
    expect(await answered(a)).toBe(0);
    await vm.ok(`rm ${a} && cp ${b} ${a}`);
    expect(await outcome(a)).toEqual(ASKED);
  });

  it('is for once where the script went before the answer came', async () => {
    const ended = vm.run(a);
    const {id} = await answerer.question();
    await vm.ok(`rm ${a}`);
    const lasting = {verdict: 'allow', lifetime: 'forever'} as const;
    expect(await answerer.answer(id, lasting)).toMatchObject({errno: 'EOPNOTSUPP'});
    await answerer.answer(id, {verdict: 'allow'});
    await ended;
    expect(await remembered()).toEqual([]);
  });

  it('ends with the script, and is not listed then', async () => {
    expect(await answered(a)).toBe(0);
    expect(await remembered()).toHaveLength(1);
    await vm.ok(`rm ${a}`);
    expect(await remembered()).toEqual([]);
  });
});
