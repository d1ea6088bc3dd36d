// SPDX-License-Identifier: MIT
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import type {RuleRequest} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import {vm} from './runner/shared.js';

// /tmp/mappings-many/secret       mapped as often as anybody likes
//                    neighbour    likewise; no strict rule is about it
//                    tree/0 … 99  likewise
const lab = useLab('mappings-many');
const secret = lab.path('secret');
const neighbour = lab.path('neighbour');
const tree = lab.path('tree');
const FILES = 100;
/** A strict rule makes pages be taken out twice: see begin_anew() in mapping.c. */
const ROUNDS = 2;

const TRACING = '/sys/kernel/tracing';
let nobody: Actor;

beforeAll(() =>
  vm.ok(
    `cd ${lab.directory} && mkdir tree && echo x | tee secret >neighbour &&
     for i in $(seq 0 ${FILES - 1}); do echo x >tree/$i; done && chmod -R a+rX . &&
     echo 'p:taken unmap_mapping_range' >${TRACING}/kprobe_events &&
     echo 1 >${TRACING}/events/kprobes/taken/enable`,
  ),
);

beforeEach(async () => {
  nobody = await Actor.start({
    through: ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'],
  });
});

afterEach(async () => {
  await lab.guard.clear();
  await nobody.end();
});

afterAll(() =>
  vm.ok(`echo 0 >${TRACING}/events/kprobes/taken/enable && echo >${TRACING}/kprobe_events`),
);

/** How often the kernel went through all mappings of a file. */
async function taken(): Promise<number> {
  const profile = await vm.ok(`cat ${TRACING}/kprobe_profile`);
  return Number(/^\s*taken\s+(\d+)/m.exec(profile)?.[1]);
}

async function takenBy(file: string | undefined, rule: RuleRequest): Promise<number> {
  const before = await taken();
  await lab.guard.add(file, {strict: true, ...rule});
  return (await taken()) - before;
}

describe('mappings of one user', () => {
  it.each([1, 3000])('of one file are gone through once in a round, if they are %i', async (n) => {
    expect(await nobody.do('map-many', n, secret)).toBe('OK');
    expect(await takenBy(secret, {})).toBe(ROUNDS);
  });

  it('of many files are gone through once for each, in whatever order they are', async () => {
    for (let i = 0; i < 5; i++) expect(await nobody.do('map-each', FILES, `${tree}/`)).toBe('OK');
    expect(await takenBy(tree, {tree: true})).toBe(ROUNDS * FILES);
  });

  it('are gone through once where several processes have them', async () => {
    const others = [await Actor.start(), await Actor.start()];
    for (const actor of [nobody, ...others])
      expect(await actor.do('map-many', 10, secret)).toBe('OK');
    expect(await takenBy(secret, {})).toBe(ROUNDS);
    for (const actor of others) await actor.end();
  });

  it('are left alone where no strict rule refuses them to anybody', async () => {
    expect(await nobody.do('map-many', 10, secret, neighbour)).toBe('OK');
    await lab.guard.add(neighbour, {ops: ['read', 'write']});
    expect(await takenBy(lab.path('absent'), {})).toBe(0);
    expect(await takenBy(undefined, {suffix: '.docx'})).toBe(0);
    expect(await takenBy(tree, {tree: true})).toBe(0);
    expect(await takenBy(secret, {otherwise: 'ask'})).toBe(0);
    expect(await takenBy(secret, {otherwise: 'log'})).toBe(0);
    expect(await takenBy(secret, {ops: ['write']})).toBe(0);
    expect(await takenBy(secret, {ops: ['read']})).toBe(ROUNDS);
  });
});
