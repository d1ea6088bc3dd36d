// SPDX-License-Identifier: MIT
/* The user database, asked without waiting for it. */
import {type ChildProcess, execFile} from 'node:child_process';

import {cleanEnvironment} from './environment.js';
import {readIfPossible} from './files.js';
import {ID_MAX, NUMBER} from './users.js';

export interface User {
  name: string;
  uid: number;
}

/* A server of names that says nothing is not waited for any longer. */
const PATIENCE = 10_000;

/* So many are no command line that is too long. */
const WORDS_MAX = 1000;

/* Lines of passwd(5). */
function parseUsers(text: string): User[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', , uid = ''] = line.split(':');
    return name !== '' && /^\d+$/.test(uid) ? [{name, uid: Number(uid)}] : [];
  });
}

/** The users of this machine itself, whom no server has to be asked about. */
export const localUsers = (): User[] => parseUsers(readIfPossible('/etc/passwd') ?? '');

const running = new Set<ChildProcess>();

/* What we wait for no more, nobody needs. */
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Finds users by name or number, as far as somebody knows them, and in time: a
 * process that is waited for aside, which holds up no end of ours.
 */
export function findUsers(keys: readonly (string | number)[]): Promise<User[]> {
  const words = ['passwd', '--', ...keys.map(String)];
  return new Promise((resolve) => {
    const ends = {timeout: PATIENCE, killSignal: 'SIGKILL'} as const;
    const options = {...ends, encoding: 'utf8', env: cleanEnvironment()} as const;
    const child = execFile('getent', words, options, (_error, stdout) => {
      running.delete(child);
      resolve(parseUsers(stdout));
    });
    running.add(child);
  });
}

/* Digits are a number already, and not looked up. */
const isNumber = (word: string): boolean => /^\d+$/.test(word);

/** The numbers of users given by name or number, of those there are. */
export async function findUids(words: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const numbers = words.filter((word) => isNumber(word) && Number(word) <= ID_MAX);
  const names = new Set(words.filter((word) => !NUMBER.test(word)));
  const found = new Map(numbers.map((word) => [word, Number(word)]));
  const learn = (users: readonly User[]): void => {
    for (const {name, uid} of users) if (names.delete(name)) found.set(name, uid);
  };
  learn(localUsers());
  const strangers = [...names];
  while (strangers.length > 0) learn(await findUsers(strangers.splice(0, WORDS_MAX)));
  return found;
}
