// SPDX-License-Identifier: MIT
/*
 * A separate process that applies rules and keeps the old ones until
 * they are confirmed. It belongs to no terminal session and outlives the process that
 * started it: if that ends in any way, its end of the pipe closes, and the
 * old rules come back.
 */
import type {RuleRequest} from '../../domain/rule.js';
import {UserError} from '../../domain/errors.js';
import type {Guard} from '../../native/index.js';
import {explain, openGuard} from '../guard.js';
import {type Former, noteFormer, rollBack} from './former.js';
import {lineReader} from '../../linux/lines.js';
import {type Decision, awaitDecisions, isDecision} from './pending.js';

/** Its task. */
export interface KeeperTask {
  requests: readonly RuleRequest[];
  milliseconds: number;
}

/** Why it ended. */
export type Ending = 'confirmed' | 'refused' | 'expired' | 'interrupted';

/** What it reports: what it keeps, that the rules are active, how it ended. */
export type KeeperMessage =
  | {type: 'holds'; former: Former}
  | {type: 'applied'}
  | {type: 'ended'; ending: Ending}
  | {type: 'failed'; code: string; message: string; next: readonly string[]; exitCode: number};

const say = (message: KeeperMessage): void => {
  process.stdout.write(`${JSON.stringify(message)}\n`);
};

const DECIDED: Record<Decision, Ending> = {keep: 'confirmed', back: 'refused'};

/** The old rules, and the first decision about them. */
class Keeper {
  private ended: Ending | undefined;
  private former: Former | undefined;
  private finish: () => void = () => undefined;

  constructor(
    private readonly guard: Guard,
    private readonly task: KeeperTask,
  ) {}

  apply(): void {
    const {requests} = this.task;
    this.former = noteFormer(this.guard, requests);
    say({type: 'holds', former: this.former});
    this.guard.setRules(requests);
    say({type: 'applied'});
  }

  /** Ends it; only the first call counts. */
  end(ending: Ending): Ending {
    if (this.ended !== undefined) return this.ended;
    this.ended = ending;
    if (ending !== 'confirmed' && this.former !== undefined) rollBack(this.guard, this.former);
    say({type: 'ended', ending});
    this.finish();
    return ending;
  }

  async wait(): Promise<void> {
    if (this.ended !== undefined) return;
    const timer = setTimeout(() => this.end('expired'), this.task.milliseconds);
    await new Promise<void>((resolve) => (this.finish = resolve));
    clearTimeout(timer);
  }
}

/* Installed before the rules are active: a signal must not end this process by itself. */
function listenTo(keeper: Keeper): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => keeper.end('interrupted'));
  process.stdin.on('end', () => keeper.end('interrupted'));
}

async function keep(task: KeeperTask, started: (keeper: Keeper) => void): Promise<void> {
  const guard = await openGuard();
  const keeper = new Keeper(guard, task);
  const server = await awaitDecisions((decision) => Promise.resolve(keeper.end(DECIDED[decision])));
  try {
    listenTo(keeper);
    if (process.stdin.readableEnded) return;
    keeper.apply();
    started(keeper);
    await keeper.wait();
  } finally {
    server.close();
    guard.close();
  }
}

function fail(error: unknown): void {
  const known = explain(error);
  const {code, message, next, exitCode} =
    known instanceof UserError
      ? known
      : {code: 'EBUG', message: String(known), next: [], exitCode: 1};
  say({type: 'failed', code, message, next, exitCode});
}

/* The pipe's first line is the task; decisions follow. */
function main(): void {
  let keeper: Keeper | undefined;
  let begun = false;
  /* The reader has gone, which the other pipe reports. */
  process.stdout.on('error', () => undefined);
  lineReader(process.stdin, (line) => {
    if (isDecision(line)) keeper?.end(DECIDED[line]);
    else if (!begun) {
      begun = true;
      const started = (now: Keeper): void => {
        keeper = now;
      };
      void keep(JSON.parse(line) as KeeperTask, started)
        .catch(fail)
        .finally(() => process.stdin.destroy());
    }
  });
}

main();
