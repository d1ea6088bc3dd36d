// SPDX-License-Identifier: MIT
import type {Mistake} from '../../domain/mistake.js';
import type {Policy} from '../../domain/policy.js';
import {UserError} from '../../domain/errors.js';
import {statIfPossible} from '../../linux/files.js';
import {Follower} from '../../linux/follower.js';
import {loadPolicy} from './policy-file.js';

/** What is reported when a policy is read again. */
export interface ReloadListener {
  /** It is about to be read. */
  begins(): void;
  loaded(policy: Policy): void;
  /** It stays as it was. */
  refused(mistakes: readonly Mistake[], problem: string | undefined): void;
}

/** The policy is not valid, and there is no previous one. */
class WrongPolicy extends UserError {
  constructor(path: string, output: string) {
    super('EMISTAKES', `${path} is not a valid policy`, {output});
  }
}

/* Which file it is, and which of its states: whatever writes to it changes that. */
function stateOf(path: string): string | undefined {
  const found = statIfPossible(path);
  return found && [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ');
}

/** A policy file, read again when it changes or on request. */
export class PolicySource {
  private follower: Follower | undefined;
  private state: string | undefined;
  private listener: ReloadListener | undefined;
  private isReading = false;
  private isAsked = false;

  constructor(private readonly path: string) {}

  /**
   * Reads it for the first time.
   * @param describe formats the errors
   */
  async load(describe: (mistakes: readonly Mistake[]) => string): Promise<Policy> {
    this.state = stateOf(this.path);
    const {policy, mistakes} = await loadPolicy(this.path);
    if (policy === undefined) throw new WrongPolicy(this.path, describe(mistakes));
    return policy;
  }

  /** Reads it again and notifies the listener; once more if requested meanwhile. */
  async reload(): Promise<void> {
    this.isAsked = true;
    if (this.isReading) return;
    this.isReading = true;
    while (this.isAsked && this.listener !== undefined) {
      this.isAsked = false;
      await this.readAgain(this.listener);
    }
    this.isReading = false;
  }

  /**
   * Notices changes from now on, wherever the path leads then.
   * @param complain called if changes cannot be noticed; a signal still reloads
   */
  follow(complain: (text: string) => void): void {
    this.follower = new Follower(this.path, this.reloadIfChanged, complain);
    this.follower.follow();
  }

  /** Reports every change since it was read. */
  listen(listener: ReloadListener): void {
    this.listener = listener;
    this.reloadIfChanged();
  }

  close(): void {
    this.follower?.close();
    this.listener = undefined;
  }

  private async readAgain(listener: ReloadListener): Promise<void> {
    this.state = stateOf(this.path);
    listener.begins();
    const told = await this.result(listener);
    /* A listener that has left meanwhile is not notified. */
    if (this.listener === listener) told();
  }

  private async result(listener: ReloadListener): Promise<() => void> {
    try {
      const {policy, mistakes} = await loadPolicy(this.path);
      return () => {
        if (policy === undefined) listener.refused(mistakes, undefined);
        else listener.loaded(policy);
      };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return () => {
        listener.refused([], error.message);
      };
    }
  }

  private readonly reloadIfChanged = (): void => {
    if (stateOf(this.path) !== this.state) void this.reload();
  };
}
