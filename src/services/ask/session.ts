// SPDX-License-Identifier: MIT
import type {Leaving, Rest} from '../../domain/question.js';
import {UserError} from '../../domain/errors.js';
import {onHangUp} from '../../linux/libc/index.js';
import type {AskListener, Answerer} from './answerer.js';

/** Why asking ended; "closed": the reader of the requests has gone. */
export type AskEnd = Leaving | 'closed' | 'unloaded';

/** A way to find answers. */
export interface AskMode extends AskListener {
  /** Starts; can end the session by the callback. An error ends it too. */
  start(leave: (end: AskEnd) => void): Promise<void> | undefined;
  /** Stops; once this resolves, nothing runs and nothing is left on the screen. */
  stop(): Promise<void> | undefined;
}

export interface AskSettings {
  /** Ends the session when the reader goes away; a daemon has none and continues. */
  output?: {onClosed(callback: (error?: Error) => void): void};
  /** Ends it when aborted. */
  signal: AbortSignal;
  /** The answer to all requests pending at the end; undefined: none. */
  verdict: number | undefined;
}

export interface AskSummary {
  end: AskEnd;
  rest: Rest;
}

/** One session of an answerer; the first reason to end it counts. */
class Session {
  private end: AskEnd | undefined;
  private rest: Rest = {waiting: 0, others: 0, verdict: undefined};
  private failure: Error | undefined;

  constructor(
    private readonly answerer: Answerer,
    private readonly verdict: number | undefined,
  ) {}

  readonly leave = (end: AskEnd): void => {
    if (this.end !== undefined) return;
    this.end = end;
    this.rest = this.answerer.leave(this.verdict);
  };

  readonly fail = (error: unknown): void => {
    this.failure ??= error instanceof Error ? error : new Error(String(error));
    this.leave('left');
  };

  async run(mode: AskMode): Promise<AskSummary> {
    try {
      mode.start(this.leave)?.catch(this.fail);
      const ended = await this.answerer.run(mode);
      this.end ??= ended === 'unloaded' ? 'unloaded' : 'left';
    } finally {
      await mode.stop()?.catch(this.fail);
    }
    if (this.failure !== undefined) throw this.failure;
    return {end: this.end, rest: this.rest};
  }
}

/** Answers in the given way until there is a reason to end. */
export async function runAsking(
  answerer: Answerer,
  mode: AskMode,
  {output, signal, verdict}: AskSettings,
): Promise<AskSummary> {
  const session = new Session(answerer, verdict);
  const closed = (error?: Error): void => {
    if (error === undefined) session.leave('closed');
    else session.fail(new UserError('EOUTPUT', `cannot write the output: ${error.message}`));
  };
  const hangUp = output === undefined ? undefined : await onHangUp(1, closed);
  output?.onClosed(closed);
  const interrupt = (): void => {
    session.leave('interrupted');
  };
  if (signal.aborted) interrupt();
  else signal.addEventListener('abort', interrupt, {once: true});
  try {
    return await session.run(mode);
  } finally {
    hangUp?.stop();
  }
}
