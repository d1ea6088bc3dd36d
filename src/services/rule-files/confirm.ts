// SPDX-License-Identifier: MIT
/* Applies rules that are rolled back unless confirmed. */
import {type ChildProcess, spawn} from 'node:child_process';
import {extname} from 'node:path';
import {fileURLToPath} from 'node:url';

import {UserError, interrupted} from '../../domain/errors.js';
import {withGuard} from '../guard.js';
import {type Former, rollBack} from './former.js';
import type {Ending, KeeperMessage, KeeperTask} from './keeper.js';
import {lineReader} from '../../linux/lines.js';
import type {Decision} from './pending.js';

/** What happens on this side meanwhile. */
export interface Confirmation {
  /** Asks for confirmation once the rules are active; may never resolve. */
  ask: (signal: AbortSignal) => Promise<Decision>;
  /** Aborted if nobody can be asked any more. */
  signal: AbortSignal;
}

const keeperFile = (): string =>
  fileURLToPath(new URL(`./keeper${extname(import.meta.url)}`, import.meta.url));

/* In its own session, so that neither Ctrl-C nor the end of the terminal reaches it. */
const startKeeper = (): ChildProcess =>
  spawn(process.execPath, [...process.execArgv, keeperFile()], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'pipe', 'ignore'],
  });

/** The process that keeps the old rules, as seen from here. */
class KeeperProcess {
  private readonly child = startKeeper();
  private readonly question = new AbortController();
  private former: Former | undefined;

  constructor(private readonly confirmation: Confirmation) {
    this.child.stdin?.on('error', () => undefined);
  }

  /** Resolves once it is decided and the remaining rules are active. */
  async run(task: KeeperTask): Promise<Ending> {
    const {signal} = this.confirmation;
    const onAbort = (): void => {
      this.decide('back');
    };
    signal.addEventListener('abort', onAbort, {once: true});
    try {
      return (await this.outcome(task)) ?? (await this.rollBackHere());
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.question.abort();
    }
  }

  /* Undefined if it ended without a word. */
  private outcome(task: KeeperTask): Promise<Ending | undefined> {
    return new Promise((resolve, reject) => {
      const {stdout} = this.child;
      this.child.on('error', reject).on('close', () => {
        resolve(undefined);
      });
      if (stdout !== null)
        lineReader(stdout, (line) => {
          const message = JSON.parse(line) as KeeperMessage;
          if (message.type === 'ended') resolve(message.ending);
          else if (message.type === 'failed') reject(toError(message));
          else if (message.type === 'holds') this.former = message.former;
          else this.ask().catch(reject);
        });
      this.tell(JSON.stringify(task));
    });
  }

  private async ask(): Promise<void> {
    if (this.confirmation.signal.aborted) this.decide('back');
    else this.decide(await this.confirmation.ask(this.question.signal));
  }

  /* It was killed: this process knows the old rules too. */
  private async rollBackHere(): Promise<Ending> {
    const {former} = this;
    if (former === undefined)
      throw new UserError('EIO', 'the process that should keep the old rules ended immediately');
    await withGuard((guard) => {
      rollBack(guard, former);
    });
    return 'interrupted';
  }

  private decide(decision: Decision): void {
    this.tell(decision);
  }

  private tell(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }
}

const toError = ({code, message, next, exitCode}: KeeperMessage & {type: 'failed'}): UserError =>
  new UserError(code, message, {next, exitCode});

const BACK = 'the old rules are active again';

/** Applies rules and resolves once they are confirmed; otherwise the old ones are back. */
export async function applyUntilConfirmed(
  task: KeeperTask,
  confirmation: Confirmation,
): Promise<void> {
  const ending = await new KeeperProcess(confirmation).run(task);
  if (ending === 'confirmed') return;
  if (confirmation.signal.aborted) throw interrupted(`interrupted; ${BACK}`);
  const why = {expired: 'not confirmed in time', refused: 'not confirmed', interrupted: 'ended'};
  throw new UserError('ENOTCONFIRMED', `${why[ending]}; ${BACK}`);
}
