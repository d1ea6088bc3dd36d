// SPDX-License-Identifier: MIT
// Node starts slowly in an emulated machine: one agent, which is told everything.
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {Answerer} from './helper/answerer.js';
import {Actor} from './helper/actor.js';
import {useLab} from './helper/lab.js';
import {Lines} from './helper/lines.js';
import type {GuestProcess} from './runner/process.js';
import {vm} from './runner/shared.js';

// /tmp/cli-agent/
//   tree/                all is asked about
//     letter.docx, note.txt, key.pem
//   program              a copy of what the actors run
//   policy.yaml
const lab = useLab('cli-agent');
const [tree, program, policy] = ['tree', 'program', 'policy.yaml'].map((name) =>
  lab.path(name),
) as [string, string, string];
const file = (name: string): string => `${tree}/${name}`;

const POLICY = `
default: deny
answers:
  - {exes: [${program}], ops: [read], answer: allow, lifetime: process}
  - {suffixes: [.pem], answer: ask}
  - {suffixes: [.docx], trees: [${tree}], ops: [read, rename], answer: allow}
`;

let agent: GuestProcess;
let decisions: Lines;

const decision = async (): Promise<unknown> => JSON.parse(await decisions.next());

const write = (text: string): Promise<string> =>
  vm.ok(`cat >${policy}.new && mv ${policy}.new ${policy}`, {input: text});

beforeAll(async () => {
  await vm.ok(
    `cd ${lab.directory} && mkdir tree && touch tree/letter.docx tree/note.txt tree/key.pem &&
     cp "$(readlink /proc/${lab.intruder.pid}/exe)" program`,
  );
  await write(POLICY);
  await lab.guard.add(tree, {tree: true, otherwise: 'ask', deadline: 600_000});
  agent = vm.spawn(`fguard agent --config ${policy} --json`);
  decisions = new Lines(agent);
  await agent.waitFor('ready', {on: 'stderr'});
});

afterAll(async () => {
  agent.kill('SIGKILL');
  await agent.exit;
});

describe('agent', () => {
  it('the first entry that matches counts, and without one the default', async () => {
    expect(await lab.intruder.do('open', file('letter.docx'))).toBe('OK');
    expect(await decision()).toMatchObject({op: 'read', answer: 'allow', line: 6, result: 'taken'});
    expect(await lab.intruder.do('unlink', file('letter.docx'))).toBe('EACCES');
    expect(await decision()).toMatchObject({op: 'delete', answer: 'deny', line: null});
    expect(await lab.intruder.do('rename', file('letter.docx'), file('b.txt'))).toBe('EACCES');
    expect(await decision()).toMatchObject({op: 'rename', answer: 'deny', line: null});
  });

  it('an executable is known by its file, and its answer holds for the process', async () => {
    const actor = await Actor.start({program});
    expect(await actor.do('open', file('note.txt'))).toBe('OK');
    expect(await decision()).toMatchObject({answer: 'allow', lifetime: 'process', line: 4});
    expect(await actor.do('open', file('key.pem'))).toBe('OK');
    await actor.end();
  });

  it('a path in another mount namespace lets nobody in', async () => {
    const through = ['unshare', '--mount', '--propagation', 'private'];
    const actor = await Actor.start({through});
    expect(await actor.do('open', file('letter.docx'))).toBe('EACCES');
    expect(await decision()).toMatchObject({op: 'read', answer: 'deny', line: null});
    await actor.end();
  });

  it('what it leaves to others is theirs to answer', async () => {
    const other = await Answerer.start();
    const opened = lab.intruder.do('open', file('key.pem'));
    expect(await decision()).toMatchObject({answer: 'ask', line: 5, result: null});
    await other.reply({verdict: 'allow'});
    expect(await opened).toBe('OK');
    expect(await decision()).toMatchObject({type: 'closed', reason: 'answered'});
    await other.end();
  });

  it('a policy that changes counts at once, also for what waits; a wrong one does not', async () => {
    const opened = lab.intruder.do('open', file('key.pem'));
    expect(await decision()).toMatchObject({answer: 'ask'});
    await write('answers: [oops');
    await agent.waitFor('policy.yaml:1:', {on: 'stderr'});
    await write('default: deny\nanswers:\n  - {suffixes: [.pem], answer: allow}\n');
    expect(await decision()).toMatchObject({answer: 'allow', line: 3});
    expect(await opened).toBe('OK');
  });

  it('what a place refuses is refused by any other name that a mount gives it', async () => {
    await write(
      `default: allow\nanswers:\n  - {trees: [${tree}], ops: [read], answer: deny}\n  - {uids: [4711], answer: deny}\n`,
    );
    await agent.waitFor('from 2 entries', {on: 'stderr'});
    const other = lab.path('other');
    const bind = `mount --bind ${tree} ${other}`;
    const through = ['unshare', '-m', '--propagation', 'private', 'sh', '-c', `${bind}; exec "$0"`];
    await vm.ok(`mkdir ${other}`);
    const actor = await Actor.start({through});
    expect(await actor.do('open', `${other}/note.txt`)).toBe('EACCES');
    expect(await decision()).toMatchObject({op: 'read', path: `${other}/note.txt`, line: 3});
    await actor.end();
    await vm.ok(bind);
    expect(await lab.intruder.do('open', `${other}/note.txt`)).toBe('EACCES');
    expect(await decision()).toMatchObject({op: 'read', path: `${other}/note.txt`, line: 3});
    await vm.ok(`umount ${other}`);
  });

  it('what a place allows is not allowed where a mount of others has that name', async () => {
    const ok = lab.path('ok');
    await vm.ok(`mkdir ${ok}`);
    await write(`default: deny\nanswers:\n  - {trees: [${ok}], answer: allow}\n`);
    await agent.waitFor('from 1 entry', {on: 'stderr'});
    const bind = `mount --bind ${tree} ${ok}`;
    const through = ['unshare', '-m', '--propagation', 'private', 'sh', '-c', `${bind}; exec "$0"`];
    const other = await Actor.start({through});
    const path = `${ok}/note.txt`;
    expect(await lab.intruder.do('open', `/proc/${other.pid}/root${path}`)).toBe('EACCES');
    expect(await decision()).toMatchObject({op: 'read', path: `…${file('note.txt')}`, line: null});
    await other.end();
  });

  it('SIGTERM ends it, and the rule has its default again', async () => {
    agent.kill('SIGTERM');
    expect(await agent.exit).toMatchObject({code: 0});
    await lab.guard.until(({answerers}) => answerers === 0);
    expect(await lab.intruder.do('open', file('letter.docx'))).toBe('EACCES');
  });
});
