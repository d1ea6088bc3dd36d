// SPDX-License-Identifier: MIT
import path from 'node:path';
import type {GuestProcess} from '../runner/process.js';
import {vm} from '../runner/shared.js';
import {PROGRAMS} from './build.js';
import {maskOf, type Op, type Verdict} from './guard.js';
import {Lines} from './lines.js';

export type Reason =
  'none' | 'rule' | 'grant' | 'default' | 'answer' | 'expired' | 'unaskable' | 'ask';

export type Detail =
  | 'none'
  | 'no-answerer'
  | 'answerer-gone'
  | 'queue-full'
  | 'rule-gone'
  | 'remembered'
  | 'answerer'
  | 'tracing'
  | 'posing'
  | 'taking';

/** What a record tells of an access, and a question too. */
export interface Asked {
  seq: number;
  time: number;
  rule: number;
  pid: number;
  tid: number;
  ppid: number;
  uid: number;
  loginuid: number;
  flags: number;
  op: Op;
  verdict: Verdict;
  reason: Reason;
  detail: Detail;
  cut: number;
  path: string;
  newPath: string;
  exe: string;
  comm: string;
}

export interface Access extends Asked {
  type: 'access';
}

export interface Filter {
  all?: boolean;
  ops?: readonly Op[];
  verdict?: Verdict;
  paths?: readonly string[];
  trees?: readonly string[];
  suffixes?: readonly string[];
  pids?: readonly number[];
  exes?: readonly string[];
  uids?: readonly number[];
}

export const filterWords = (filter: Filter): string[] => [
  ...(filter.all ? ['all=1'] : []),
  ...(filter.ops ? [`ops=${maskOf(filter.ops)}`] : []),
  ...(filter.verdict ? [`verdicts=${filter.verdict === 'deny' ? 2 : 1}`] : []),
  ...(filter.paths ?? []).map((value) => `path=${value}`),
  ...(filter.trees ?? []).map((value) => `tree=${value}`),
  ...(filter.suffixes ?? []).map((value) => `suffix=${value}`),
  ...(filter.pids ? [`pids=${filter.pids.join(',')}`] : []),
  ...(filter.exes ?? []).map((value) => `exe=${value}`),
  ...(filter.uids ? [`uids=${filter.uids.join(',')}`] : []),
];

/** A subscriber in the guest. */
export class Watcher {
  readonly #lines: Lines;

  private constructor(process: GuestProcess) {
    this.#lines = new Lines(process);
  }

  static async start(filter: Filter = {}): Promise<Watcher> {
    const command = [path.join(PROGRAMS, 'guard'), 'watch', ...filterWords(filter)];
    const watcher = new Watcher(vm.spawn(command));
    const first = await watcher.#lines.next();
    if (!first.includes('subscribed')) throw new Error(first);
    return watcher;
  }

  get process(): GuestProcess {
    return this.#lines.process;
  }

  async next(): Promise<Access> {
    return JSON.parse(await this.#lines.next()) as Access;
  }

  /** The records up to one of this path, which is left out. */
  async upTo(file: string): Promise<Access[]> {
    const records: Access[] = [];
    for (;;) {
      const record = await this.next();
      if (record.path === file) return records;
      records.push(record);
    }
  }

  async end(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.process.exit;
  }
}
