// SPDX-License-Identifier: MIT
/* The module in memory, for tests of services and commands. */
import type {Explanation, Query} from '../../src/domain/explanation.js';
import type {EventFilter} from '../../src/domain/filter.js';
import type {Answer, Question} from '../../src/domain/question.js';
import type {Remembered} from '../../src/domain/remembered.js';
import type {KernelRule, RuleRequest} from '../../src/domain/rule.js';
import type {KernelStatus} from '../../src/domain/status.js';
import {ModuleError} from '../../src/domain/errors.js';
import type {Added, EventStream, Guard, StreamEnd} from '../../src/native/guard.js';
import {FGUARD_OPS_ALL} from '../../src/domain/uapi.gen.js';

export class FakeStream implements EventStream {
  stopped = false;

  constructor(
    private readonly list: readonly Uint8Array[],
    private readonly end: StreamEnd,
  ) {}

  async *batches(): AsyncGenerator<Uint8Array, StreamEnd> {
    for (const batch of this.list) {
      if (this.stopped) return 'stopped';
      yield await Promise.resolve(batch);
    }
    return this.stopped ? 'stopped' : this.end;
  }

  stop(): void {
    this.stopped = true;
  }
}

export class FakeGuard implements Guard {
  rules: KernelRule[] = [];
  closed = 0;
  filter: EventFilter | undefined;
  stream = new FakeStream([], 'unloaded');
  refusal: ModuleError | undefined;
  locked = false;
  answerers = 0;
  answered: ({id: string} & Answer)[] = [];
  /** What the next answers meet; undefined is no refusal. */
  answerRefusals: (ModuleError | undefined)[] = [];
  waiting: Question[] = [];
  memories: Remembered[] = [];
  explanation: Explanation = {verdict: 0, reason: 0, rule: 0, matches: []};

  addRules(requests: readonly RuleRequest[]): Added[] {
    if (this.refusal !== undefined) throw this.refusal;
    return requests.map((request) => {
      const {pids, ttl, ...rest} = request;
      const old = this.rules.find(
        ({path, suffix}) => path === request.path && suffix === request.suffix,
      );
      const id = old?.id ?? this.rules.length + 1;
      const grants = pids.map((pid) => ({pid, comm: 'x', alive: true}));
      const expiresAt = ttl === 0 ? null : Date.now() + ttl;
      const ops = rest.ops === 0 ? FGUARD_OPS_ALL : rest.ops;
      this.rules = this.rules.filter((other) => other !== old);
      const hits = {allowed: 0, denied: 0, asked: 0, expired: 0};
      this.rules.push({...rest, ...hits, id, ops, grants, expiresAt});
      return {id, existed: false, replaced: old !== undefined};
    });
  }

  deleteRules(ids: readonly number[]): void {
    this.rules = this.rules.filter(({id}) => !ids.includes(id));
  }

  setRules(requests: readonly RuleRequest[]): void {
    if (this.refusal !== undefined) throw this.refusal;
    this.rules = [];
    this.addRules(requests);
  }

  remembered(): Remembered[] {
    return this.memories;
  }

  forget(ids: readonly number[]): void {
    this.memories = this.memories.filter(({id}) => !ids.includes(id));
  }

  forgetAll(): void {
    this.memories = [];
  }

  clearRules(): void {
    this.rules = [];
  }

  listRules(): KernelRule[] {
    return [...this.rules];
  }

  explain: (query: Query) => Explanation = () => {
    if (this.refusal !== undefined) throw this.refusal;
    return this.explanation;
  };

  lock(): void {
    this.locked = true;
  }

  status(): KernelStatus {
    const counters = {allowed: 0, denied: 0, events: 0, lost: 0, asked: 0, expired: 0};
    const {length} = this.rules;
    const {answerers, locked} = this;
    const module = {version: '1', abi: 1, locked};
    return {...module, rules: length, subscribers: 0, answerers, counters, hooks: []};
  }

  attach(): EventStream {
    if (this.refusal !== undefined) throw this.refusal;
    this.answerers++;
    return this.stream;
  }

  answer(id: string, answer: Answer): void {
    const refusal = this.answerRefusals.shift();
    if (refusal !== undefined) throw refusal;
    this.answered.push({id, ...answer});
  }

  questions(): Question[] {
    return this.waiting;
  }

  subscribe(filter: EventFilter): EventStream {
    if (this.refusal !== undefined) throw this.refusal;
    this.filter = filter;
    return this.stream;
  }

  close(): void {
    this.closed++;
  }
}
