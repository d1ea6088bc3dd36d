// SPDX-License-Identifier: MIT
import {type FSWatcher, watch} from 'node:fs';
import {dirname} from 'node:path';

import type {Mistake} from '../../domain/mistake.js';
import type {Policy} from '../../domain/policy.js';
import {encodePath, escapeText} from '../../domain/text.js';
import {UserError} from '../../errors.js';
import {errorCode, readIfPossible, realPathIfPossible} from '../files.js';
import {loadPolicy} from './policy-file.js';

/* Editors write a file in several steps. */
const SETTLE = 100;

/** What is told of a policy that is read again. */
export interface ReloadListener {
  /** It is about to be read. */
  begins(): void;
  loaded(policy: Policy): void;
  /** It stays as it was. */
  refused(mistakes: readonly Mistake[], problem: string | undefined): void;
}

/** The policy is wrong, and there is no earlier one. */
export class WrongPolicy extends UserError {
  constructor(path: string, output: string) {
    super('EMISTAKES', `${path} is no policy`, {output});
  }
}

/** A policy file, read again whenever it changes or somebody says so. */
export class PolicySource {
  private readonly watchers: FSWatcher[] = [];
  private text: string | undefined;
  private timer: NodeJS.Timeout | undefined;
  private listener: ReloadListener | undefined;

  constructor(private readonly path: string) {}

  /**
   * Reads it for the first time.
   * @param describe makes lines of mistakes for an error
   */
  load(describe: (mistakes: readonly Mistake[]) => string): Policy {
    this.text = readIfPossible(this.path);
    const {policy, mistakes} = loadPolicy(this.path);
    if (policy === undefined) throw new WrongPolicy(this.path, describe(mistakes));
    return policy;
  }

  /** Reads it again, and tells whoever listens. */
  reload(): void {
    const {listener} = this;
    if (listener === undefined) return;
    this.text = readIfPossible(this.path);
    listener.begins();
    try {
      const {policy, mistakes} = loadPolicy(this.path);
      if (policy === undefined) listener.refused(mistakes, undefined);
      else listener.loaded(policy);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      listener.refused([], error.message);
    }
  }

  /**
   * Notices changes from now on. A file that is replaced is another file: its
   * directory tells, and that of what a link leads to.
   * @param complain told if changes will go unnoticed; a signal still reloads
   */
  follow(complain: (text: string) => void): void {
    const real = realPathIfPossible(this.path) ?? this.path;
    for (const folder of new Set([dirname(this.path), dirname(real)])) {
      try {
        this.watch(folder);
      } catch (error) {
        complain(
          `changes in ${escapeText(folder)} go unnoticed (${errorCode(error)}); SIGHUP reads the policy again`,
        );
      }
    }
  }

  /** Tells of all that changes, and has changed since it was read. */
  listen(listener: ReloadListener): void {
    this.listener = listener;
    this.reloadIfChanged();
  }

  private watch(folder: string): void {
    const watcher = watch(encodePath(folder), () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(this.reloadIfChanged, SETTLE);
    });
    /* A directory that goes takes its events along; a signal still reloads. */
    watcher.on('error', () => {
      watcher.close();
    });
    this.watchers.push(watcher);
  }

  private readonly reloadIfChanged = (): void => {
    if (readIfPossible(this.path) !== this.text) this.reload();
  };

  close(): void {
    clearTimeout(this.timer);
    for (const watcher of this.watchers) watcher.close();
  }
}
