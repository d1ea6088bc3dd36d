// SPDX-License-Identifier: MIT
import {type Policy, type PolicyDecision, decide} from '../../domain/policy.js';
import type {AnswerResult, Closing, Question} from '../../domain/question.js';
import {fguard_verdict as VERDICT} from '../../uapi.gen.js';
import type {Answerer} from '../ask/answerer.js';
import type {AskMode} from '../ask/session.js';
import {askerFacts} from './facts.js';

/** What became of a question. */
export interface AgentDecision extends PolicyDecision {
  question: Question;
  /** Null where it was left to others. */
  result: AnswerResult | null;
}

/** What an agent tells of itself. */
export interface AgentListener {
  decided(decision: AgentDecision): void;
  /** A question that was left to others ended. */
  closed(question: Question, closing: Closing): void;
}

/** Answers from a policy, which may be replaced at any time. */
export class PolicyAsker implements AskMode {
  constructor(
    private readonly answerer: Answerer,
    private policy: Policy,
    private readonly listener: AgentListener,
  ) {}

  start(): undefined {
    return;
  }

  stop(): undefined {
    return;
  }

  /** What was left to others may be answered now. */
  replace(policy: Policy): void {
    this.policy = policy;
    for (const question of [...this.answerer.waiting.values()]) {
      const decision = this.decide(question);
      if (decision.answer !== null) this.carryOut(question, decision);
    }
  }

  asked(question: Question): undefined {
    this.carryOut(question, this.decide(question));
  }

  private decide(question: Question): PolicyDecision {
    return decide(this.policy, question, askerFacts(question), VERDICT.FGUARD_VERDICT_ALLOW);
  }

  private carryOut(question: Question, decision: PolicyDecision): void {
    const {answer} = decision;
    const result = answer === null ? null : this.answerer.answer(question.id, answer);
    this.listener.decided({...decision, question, result});
  }

  closed(question: Question, closing: Closing): undefined {
    this.listener.closed(question, closing);
  }
}
