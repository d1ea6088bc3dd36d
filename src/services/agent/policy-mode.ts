// SPDX-License-Identifier: MIT
import {type Policy, type PolicyDecision, decide} from '../../domain/policy.js';
import type {AnswerResult, Closing, Question} from '../../domain/question.js';
import {fguard_verdict as VERDICT} from '../../domain/uapi.gen.js';
import type {Answerer} from '../ask/answerer.js';
import {Aside} from '../ask/aside.js';
import {FairQueue} from '../ask/fair-queue.js';
import type {AskMode} from '../ask/session.js';
import {turn} from '../../linux/turn.js';
import {waiterFacts} from './facts.js';

/** The outcome of a request. */
export interface AgentDecision extends PolicyDecision {
  question: Question;
  /** Null where it was left to others. */
  result: AnswerResult | null;
}

/** What an agent reports. */
export interface AgentListener {
  decided(decision: AgentDecision): void;
  /** A question that was left to others ended. */
  closed(question: Question, closing: Closing): void;
}

/** Answers from a policy, which may be replaced at any time. */
export class PolicyMode implements AskMode {
  private readonly queue = new FairQueue();
  /* Reported, and left to others. */
  private readonly left = new Set<string>();
  private readonly deciding = new Aside(() => this.decideAll());

  constructor(
    private readonly answerer: Answerer,
    private policy: Policy,
    private readonly listener: AgentListener,
  ) {}

  start(): Promise<void> {
    return this.deciding.failure;
  }

  stop(): undefined {
    this.queue.clear();
  }

  /** What was left to others may be answered now. */
  replace(policy: Policy): void {
    this.policy = policy;
    for (const question of this.answerer.waiting.values()) this.queue.add(question);
    this.deciding.start();
  }

  asked(question: Question): undefined {
    this.queue.add(question);
    this.deciding.start();
  }

  closed(question: Question, closing: Closing): undefined {
    this.queue.remove(question);
    if (this.left.delete(question.id)) this.listener.closed(question, closing);
  }

  /* Inspecting a process takes time: a flood of requests must not hold up other users. */
  private async decideAll(): Promise<void> {
    for (let next = this.queue.take(); next !== undefined; next = this.queue.take()) {
      this.decide(next);
      await turn();
    }
  }

  private decide(question: Question): void {
    const {policy, left} = this;
    const decision = decide(policy, question, waiterFacts(question), VERDICT.FGUARD_VERDICT_ALLOW);
    const {answer} = decision;
    /* Not reported again if it is still left to others. */
    if (answer === null && left.has(question.id)) return;
    const result = answer === null ? null : this.answerer.answer(question.id, answer);
    if (result === null || result === 'late') left.add(question.id);
    else left.delete(question.id);
    this.listener.decided({...decision, question, result});
  }
}
