// SPDX-License-Identifier: MIT
// Connecting to sockets that have their names in directories.
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {Answerer} from './helper/answerer.js';
import {SIZES, useIntruders} from './helper/intruders.js';
import {useLab} from './helper/lab.js';
import {expectRefusal} from './helper/refusal.js';
import {vm} from './runner/shared.js';

// /tmp/sockets/folder/{stream,packet,datagram}   of one server
//              hard                               another name of the datagram socket
const lab = useLab('sockets');
const intruders = useIntruders(lab);
const folder = lab.path('folder');
const [stream, packet, datagram] = ['stream', 'packet', 'datagram'].map(
  (name) => `${folder}/${name}`,
) as [string, string, string];
const hard = lab.path('hard');
let server: Actor;

beforeEach(async () => {
  await vm.ok(`rm -rf ${folder} ${hard} && mkdir ${folder}`);
  server = await Actor.start();
  for (const kind of ['stream', 'packet', 'datagram'])
    expect(await server.do('serve', `${folder}/${kind}`, kind)).toBe('OK');
  await vm.ok(['ln', datagram, hard]);
});

afterEach(async () => {
  await lab.guard.clear();
  await server.end();
});

const ROUTES = [
  ['connect-stream', stream],
  ['connect-packet', packet],
  ['connect-datagram', datagram],
  ['send-datagram', datagram],
] as const;

describe.each(SIZES)('a %s that is not allowed', (program) => {
  it.each(ROUTES)('does not reach a guarded socket: %s', async (route, path) => {
    const refusal = {
      actor: intruders[program],
      watcher: intruders.watcher,
      words: [route, path],
      op: 'write',
      path,
      unchanged: false,
    } as const;
    const {id} = await lab.guard.add(path, {pids: [lab.owner.pid]});
    await expectRefusal({...refusal, rule: id});
    expect(await lab.owner.do(route, path)).toBe('OK');
    await lab.guard.clear();
    const tree = await lab.guard.add(folder, {tree: true, ops: ['write'], pids: [lab.owner.pid]});
    await expectRefusal({...refusal, rule: tree.id});
    expect(await lab.owner.do(route, path)).toBe('OK');
    await lab.guard.clear();
    expect(await intruders[program].do(route, path)).toBe('OK');
  });

  it('does not reach it by another name, nor by a connection from before', async () => {
    const actor = intruders[program];
    expect(await actor.do('connect-held', datagram)).toBe('OK');
    expect(await actor.do('send-held', datagram)).toBe('OK');
    const {id: rule} = await lab.guard.add(datagram, {pids: [lab.owner.pid]});
    for (const words of [
      ['send-held', '-'],
      ['send-datagram', hard],
    ])
      await expectRefusal({
        actor,
        watcher: intruders.watcher,
        words,
        op: 'write',
        rule,
        path: datagram,
        unchanged: false,
      });
  });
});

it('it is reached where no rule is about writing', async () => {
  await lab.guard.add(folder, {tree: true, ops: ['read', 'create', 'delete']});
  for (const [route, path] of ROUTES) expect(await lab.intruder.do(route, path)).toBe('OK');
});

it.each([
  ['connect-stream', stream],
  ['connect-datagram', datagram],
  ['send-datagram', datagram],
])('who would %s is asked about', async (route, path) => {
  const answerer = await Answerer.start();
  await lab.guard.add(path, {otherwise: 'ask', deadline: 600_000});
  for (const [verdict, result] of [
    ['allow', 'OK'],
    ['deny', 'EACCES'],
  ] as const) {
    lab.intruder.say(route, path);
    expect(await answerer.reply({verdict})).toMatchObject({op: 'write', path});
    expect(await lab.intruder.answer()).toBe(result);
  }
  await answerer.end();
});
