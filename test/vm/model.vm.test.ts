// SPDX-License-Identifier: MIT
// The module against the model of test/model: drawn trees, rules and calls. Replay a failure
// with the seed and path that it prints: FGUARD_MODEL_SEED=… FGUARD_MODEL_PATH=… FGUARD_MODEL_STEPS=…
import path from 'node:path';
import fc from 'fast-check';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {moving, still, type Case} from '../model/cases.js';
import {ACTORS} from '../model/cases.js';
import {LIMITS} from '../model/limits.js';
import {scriptOf, showCase, type Ids, type Line, type Script} from '../model/script.js';
import {PROGRAMS} from './helper/build.js';
import {Lines} from './helper/lines.js';
import {vm} from './runner/shared.js';

const FOLDER = '/tmp/model';
const STEPS = Number(process.env.FGUARD_MODEL_STEPS ?? 1200);
const SEED = Number(process.env.FGUARD_MODEL_SEED ?? 16);
const REPLAYED = process.env.FGUARD_MODEL_PATH;
/** Steps of a case, about. */
const STEPS_IN_CASE = 6;
/** A guest process keeps all that it has said: it is followed by another. */
const CASES_OF_PLAYER = 200;

const line = (send: string): Line => ({send, wrong: () => undefined});
const HOLD = line('hold');
const RELEASE = line('release');

/** A process of the guest that plays scripts, and those that act in them. */
class Player {
  readonly #lines = new Lines(vm.spawn([path.join(PROGRAMS, 'guard')]));
  readonly pids = new Map<string, number>();

  async #ask(line: string): Promise<string> {
    this.#lines.process.write(`${line}\n`);
    return this.#lines.next();
  }

  async start(): Promise<void> {
    for (const {name, uid} of ACTORS) {
      const answer = await this.#ask(
        `start ${name} program=${path.join(PROGRAMS, 'try')} uid=${uid}`,
      );
      expect(answer).toMatch(/^\d+ OK$/);
      this.pids.set(name, Number.parseInt(answer));
    }
  }

  /** All lines at once; gives what is wrong first. */
  async play({lines}: Script): Promise<string | undefined> {
    const all = [HOLD, ...lines, RELEASE];
    this.#lines.process.write(all.map(({send}) => `${send}\n`).join(''));
    const answers: string[] = [];
    for (const _ of all) answers.push(await this.#lines.next());
    const ids: Ids = new Map();
    const wrong = all.map((line, i) => line.wrong(answers[i] ?? '', ids));
    return wrong.find((each) => each !== undefined);
  }

  async end(): Promise<void> {
    this.#lines.process.end();
    await this.#lines.process.exit;
  }
}

let player: Player;
let played = 0;

async function renew(): Promise<void> {
  await player?.end();
  player = new Player();
  await player.start();
}

beforeAll(async () => {
  await vm.ok(
    `modprobe fguard && rm -rf ${FOLDER} && mkdir -p ${FOLDER} && touch ${FOLDER}/anchor`,
  );
  await renew();
});

afterAll(async () => {
  await player.play({lines: [line('put')], steps: 0});
  await player.end();
});

const anchor = (): string =>
  `stage name=anchor path=${FOLDER}/anchor pids=${player.pids.get('owner')}`;

async function play(drawn: Case): Promise<number> {
  if (++played % CASES_OF_PLAYER === 0) await renew();
  const setting = {root: `${FOLDER}/${played}`, pids: player.pids};
  const script = scriptOf(drawn, setting, anchor(), LIMITS);
  const wrong = await player.play(script);
  if (wrong !== undefined) throw new Error(`${wrong}\n${showCase(drawn)}`);
  return script.steps;
}

async function check(cases: fc.Arbitrary<Case>, share: number): Promise<void> {
  let steps = 0;
  await fc.assert(
    fc.asyncProperty(cases, async (drawn) => {
      steps += await play(drawn);
    }),
    {
      seed: SEED,
      numRuns: Math.ceil((STEPS * share) / STEPS_IN_CASE),
      ...(REPLAYED !== undefined && {path: REPLAYED}),
      endOnFailure: REPLAYED !== undefined,
    },
  );
  console.log(`${steps} steps`);
}

describe('the module says what the model says', () => {
  it('of a tree that stays as it is', () => check(still, 0.3), 3_600_000);
  it('after each change of the tree', () => check(moving, 0.7), 3_600_000);
});
