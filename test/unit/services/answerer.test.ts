// SPDX-License-Identifier: MIT
import {beforeEach, describe, expect, it, vi} from 'vitest';

import type {Policy} from '../../../src/domain/policy.js';
import type {Question} from '../../../src/domain/question.js';
import {PolicyMode} from '../../../src/services/agent/policy-mode.js';
import {type AskListener, Answerer} from '../../../src/services/ask/answerer.js';
import {FakeGuard, FakeStream} from '../fake-guard.js';
import {packQuestion} from '../records.js';

const state = vi.hoisted((): {guard: unknown} => ({guard: undefined}));
vi.mock('../../../src/native/index.js', () => ({
  connect: () => Promise.resolve(state.guard),
}));

let guard: FakeGuard;

beforeEach(() => {
  guard = new FakeGuard();
  state.guard = guard;
});

const LATER = 2n ** 60n;

const batch = (id: number, uid = 0): Uint8Array =>
  packQuestion(BigInt(id), LATER, {uid, loginuid: uid});

describe('an answerer', () => {
  it('has timers and signals that are due before the questions that are there', async () => {
    const batches = Array.from({length: 1000}, (_, index) => batch(index + 1));
    guard.stream = new FakeStream(batches, 'unloaded');
    const answerer = await Answerer.attach();
    const heard: string[] = [];
    const listener: AskListener = {
      asked: ({id}: Question) => {
        heard.push(id);
        return undefined;
      },
      closed: () => undefined,
    };
    setImmediate(() => {
      answerer.leave();
    });
    expect(await answerer.run(listener)).toBe('stopped');
    expect(heard.length).toBeLessThanOrEqual(2);
  });
});

describe('an agent', () => {
  const DENY: Policy = {entries: [], defaultAnswer: {verdict: 1, lifetime: 0, ttl: 0}};

  it('decides for each user in turn, whoever asked more', async () => {
    const many = Array.from({length: 100}, (_, index) => batch(index + 1, 1000));
    const answerer = await Answerer.attach();
    const decided: string[] = [];
    const mode = new PolicyMode(answerer, DENY, {
      decided: ({question}) => {
        decided.push(question.id);
        if (decided.length === 3) answerer.leave();
      },
      closed: () => undefined,
    });
    void mode.start();
    const {stream} = guard;
    stream.batches = async function* () {
      yield await Promise.resolve(Buffer.concat([...many, batch(101, 1001)]));
      while (!stream.stopped) await new Promise((resolve) => setImmediate(resolve));
      return 'stopped';
    };
    await answerer.run(mode);
    expect(decided.slice(0, 3)).toContain('101');
  });
});
