// SPDX-License-Identifier: MIT
import {notPermitted} from '../domain/errors.js';
import {shellWord} from '../domain/shell-word.js';

let typed: readonly string[] = [];

/** Records the words of the command line, for advice that repeats them. */
export function noteTyped(words: readonly string[]): void {
  typed = words;
}

/** The command that was typed, with sudo before it. */
export const withSudo = (): string => ['sudo', 'fguard', ...typed.map(shellWord)].join(' ');

export const runsAsRoot = (): boolean => process.geteuid?.() === 0;

export function requireRoot(what: string): void {
  if (!runsAsRoot()) throw notPermitted(`${what} needs root`, [withSudo()]);
}
