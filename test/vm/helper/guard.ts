// SPDX-License-Identifier: MIT
import path from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {vm} from '../runner/shared.js';
import {PROGRAMS} from './build.js';
import {Lines} from './lines.js';

/* Half a minute of them, where nothing else runs. */
const LOOKS = 600;

export const OPS = [
  'read',
  'write',
  'exec',
  'create',
  'delete',
  'rename',
  'link',
  'truncate',
  'attr',
  'list',
  'mount',
] as const;
export type Op = (typeof OPS)[number];

export const maskOf = (ops: readonly Op[]): number =>
  ops.reduce((mask, op) => mask | (1 << OPS.indexOf(op)), 0);

const ERRNOS = {EPERM: 1, ENOENT: 2, EACCES: 13} as const;

const OTHERWISE = ['deny', 'log', 'ask'] as const;

export const VERDICTS = ['allow', 'deny'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Flags that a rule is given. */
const FLAGS = {tree: 4, children: 8, untilExit: 16, strict: 32, against: 64} as const;
type Flag = keyof typeof FLAGS;

export interface RuleRequest extends Partial<Record<Flag, boolean>> {
  suffix?: string;
  /** Milliseconds. */
  ttl?: number;
  pids?: readonly number[];
  uids?: readonly number[];
  gids?: readonly number[];
  loginuids?: readonly number[];
  exes?: readonly string[];
  cgroups?: readonly string[];
  ops?: readonly Op[];
  otherwise?: (typeof OTHERWISE)[number];
  /** Where nobody answers; deny if absent. */
  default?: Verdict;
  /** Milliseconds that an answer may take. */
  deadline?: number;
  error?: keyof typeof ERRNOS;
  name?: string;
}

export interface Grant {
  pid: number;
  alive: boolean;
  comm: string;
}

export interface Rule {
  id: number;
  flags: number;
  ops: number;
  otherwise: number;
  error: number;
  allowed: number;
  denied: number;
  asked: number;
  expired: number;
  ttl: number;
  default: Verdict;
  deadline: number;
  path: string | null;
  suffix: string | null;
  name: string | null;
  grants: Grant[];
}

export interface Status {
  rules: number;
  subscribers: number;
  allowed: number;
  denied: number;
  events: number;
  lost: number;
  /** 1 until the machine restarts. */
  locked: number;
  answerers: number;
  /** Questions. */
  waiting: number;
  asked: number;
  expired: number;
  hooks: Record<string, 'idle' | 'active' | 'missing'>;
}

export interface Failure {
  errno: string;
  message: string;
}

export interface Added {
  id: number;
  flags: number;
}

/** Flags of an added rule. */
export const EXISTS = 1;
export const REPLACED = 2;

class Refused extends Error {
  constructor(
    command: string,
    readonly failure: Failure,
  ) {
    super(`${command}: ${failure.errno}: ${failure.message}`);
  }
}

type Words = Record<string, string | number | readonly string[] | undefined>;

export const toWords = (words: Words): string[] =>
  Object.entries(words).flatMap(([key, value]) => {
    if (value === undefined) return [];
    return (typeof value === 'object' ? value : [value]).map((one) => `${key}=${one}`);
  });

const flagsOf = (rule: RuleRequest): number =>
  (Object.keys(FLAGS) as Flag[]).reduce((flags, flag) => flags | (rule[flag] ? FLAGS[flag] : 0), 0);

const wordsOf = (file: string | undefined, rule: RuleRequest): Words => ({
  path: file,
  suffix: rule.suffix,
  flags: flagsOf(rule) || undefined,
  ttl: rule.ttl,
  uids: rule.uids?.join(','),
  gids: rule.gids?.join(','),
  loginuids: rule.loginuids?.join(','),
  exe: rule.exes,
  cgroup: rule.cgroups,
  pids: rule.pids?.join(','),
  ops: rule.ops && maskOf(rule.ops),
  else: rule.otherwise && OTHERWISE.indexOf(rule.otherwise),
  default: rule.default && VERDICTS.indexOf(rule.default),
  deadline: rule.deadline,
  errno: rule.error && ERRNOS[rule.error],
  name: rule.name,
});

export interface Match {
  rule: number;
  kind: 'suffix' | 'tree' | 'path';
  distance: number;
  concerned: number;
  allowed: number;
}

/** Verdicts and reasons by their numbers. */
export interface Explanation {
  verdict: number;
  reason: number;
  rule: number;
  count: number;
  matches: Match[];
}

/** A connection to the module, in a process of the guest that the library serves. */
export class Guard {
  readonly #lines = new Lines(vm.spawn([path.join(PROGRAMS, 'guard')]));

  /** Sends a command and gives what came back, a failure too. */
  async ask<T>(command: string, words: Words = {}): Promise<T | Failure> {
    this.#lines.process.write(`${[command, ...toWords(words)].join(' ')}\n`);
    return this.answer<T>();
  }

  async answer<T>(): Promise<T> {
    return JSON.parse(await this.#lines.next()) as T;
  }

  /** A command that must succeed. */
  async do<T>(command: string, words: Words = {}): Promise<T> {
    const answer = await this.ask<T>(command, words);
    if (typeof answer === 'object' && answer && 'errno' in answer)
      throw new Refused(command, answer);
    return answer;
  }

  /** @param file undefined for a suffix that counts everywhere */
  add(file: string | undefined, rule: RuleRequest = {}): Promise<Added> {
    return this.do('add', wordsOf(file, rule));
  }

  /** Puts one rule in the place of all. */
  async set(file: string | undefined, rule: RuleRequest = {}): Promise<void> {
    await this.do('set', wordsOf(file, rule));
  }

  explain(file: string, op: Op, pid?: number): Promise<Explanation> {
    return this.do('explain', {path: file, op: OPS.indexOf(op), pid});
  }

  async clear(): Promise<void> {
    await this.do('clear');
  }

  async list(): Promise<Rule[]> {
    return (await this.do<{rules: Rule[]}>('list')).rules;
  }

  status(): Promise<Status> {
    return this.do('status');
  }

  /**
   * As soon as the status is so; it changes a moment after what changes it. What counts is
   * how often the guest has answered meanwhile, and not how long that took.
   */
  async until(isSo: (status: Status) => boolean): Promise<Status> {
    for (let looks = 0; ; looks++) {
      const status = await this.status();
      if (isSo(status)) return status;
      if (looks > LOOKS) throw new Error(`still ${JSON.stringify(status)}`);
      // the guest's kernel has work to do for what is waited for
      await setTimeout(50);
    }
  }

  /** As soon as no rule is left. */
  async untilEmpty(): Promise<void> {
    await this.until(({rules}) => rules === 0);
  }

  async end(): Promise<void> {
    this.#lines.process.end();
    await this.#lines.process.exit;
  }
}
