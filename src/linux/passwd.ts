// SPDX-License-Identifier: MIT
/* Asynchronous look-ups in the user database. */
import {type ChildProcess, execFile} from 'node:child_process';

import {cleanEnvironment} from './environment.js';
import {readIfPossible} from './files.js';
import {ID_MAX, NUMBER} from './users.js';

export interface User {
  name: string;
  uid: number;
}

/* Do not wait longer for a name server that does not answer. */
const PATIENCE = 10_000;

/* Few enough to fit on a command line. */
const WORDS_MAX = 1000;

type Database = 'passwd' | 'group';

/* Lines of passwd(5), or of group(5), whose first fields are the same. */
function parseUsers(text: string): User[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', , uid = ''] = line.split(':');
    return name !== '' && /^\d+$/.test(uid) ? [{name, uid: Number(uid)}] : [];
  });
}

/** The local users, for whom no name server is needed. */
export const localUsers = (): User[] => parseUsers(readIfPossible('/etc/passwd') ?? '');

const running = new Set<ChildProcess>();

/* Look-ups that are still running are of no use once we exit. */
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

const localGroups = (): User[] => parseUsers(readIfPossible('/etc/group') ?? '');

/**
 * Finds users by name or number, as far as the user database answers in time. The helper
 * process does not delay our own exit.
 */
export const findUsers = (keys: readonly (string | number)[]): Promise<User[]> =>
  find('passwd', keys);

function find(database: Database, keys: readonly (string | number)[]): Promise<User[]> {
  const words = [database, '--', ...keys.map(String)];
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

/* A word of digits is a number and needs no look-up. */
const isNumber = (word: string): boolean => /^\d+$/.test(word);

/** The numbers of users given by name or number; unknown ones are left out. */
export async function findUids(words: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const numbers = words.filter((word) => isNumber(word) && Number(word) <= ID_MAX);
  const names = new Set(words.filter((word) => !NUMBER.test(word)));
  const found = new Map(numbers.map((word) => [word, Number(word)]));
  const learn = (users: readonly User[]): void => {
    for (const {name, uid} of users) if (names.delete(name)) found.set(name, uid);
  };
  learn(localUsers());
  const remaining = [...names];
  while (remaining.length > 0) learn(await findUsers(remaining.splice(0, WORDS_MAX)));
  return found;
}

/** Names of users and groups. */
export interface Names {
  user: (uid: number) => string;
  group: (gid: number) => string;
}

/** Names by number. If two users have the same number, the first counts, as in getpwuid(3). */
export const namesById = (users: readonly User[]): Map<number, string> =>
  new Map([...users].reverse().map(({uid, name}) => [uid, name]));

/* The known names of one database, and the numbers that were requested but are unknown. */
class Known {
  readonly asked = new Set<number>();
  private readonly names: Map<number, string>;

  constructor(
    private readonly database: Database,
    local: readonly User[],
    private readonly ask: typeof find,
  ) {
    this.names = namesById(local);
  }

  readonly name = (id: number): string => {
    const name = this.names.get(id);
    if (name === undefined) this.asked.add(id);
    return name ?? String(id);
  };

  /* Starts no further look-up once one has timed out. */
  async lookUp(): Promise<void> {
    const ids = [...this.asked];
    const end = performance.now() + PATIENCE;
    while (ids.length > 0 && performance.now() < end)
      for (const {uid, name} of await this.ask(this.database, ids.splice(0, WORDS_MAX)))
        if (!this.names.has(uid)) this.names.set(uid, name);
  }
}

/**
 * Makes something that contains names of users and groups. If some are not local, it is made
 * a second time, after all of them have been looked up together.
 */
export async function withNames<T>(make: (names: Names) => T, ask = find): Promise<T> {
  const users = new Known('passwd', localUsers(), ask);
  const groups = new Known('group', localGroups(), ask);
  const names = {user: users.name, group: groups.name};
  const made = make(names);
  if (users.asked.size + groups.asked.size === 0) return made;
  await Promise.all([users.lookUp(), groups.lookUp()]);
  return make(names);
}
