// SPDX-License-Identifier: MIT
import {execFileSync} from 'node:child_process';

import {cleanEnvironment} from './environment.js';
import {wrongUsage} from '../domain/errors.js';

const CACHE_MAX = 4096;

/* Do not wait longer for a name server that does not answer. */
const PATIENCE = 10_000;

/* 4294967295 means "no user" or "no group". */
export const ID_MAX = 2 ** 32 - 2;

function entry(database: 'passwd' | 'group', key: string): string[] | undefined {
  try {
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
    const ends = {timeout: PATIENCE, killSignal: 'SIGKILL'} as const;
    const options = {encoding: 'utf8', stdio, env: cleanEnvironment(), ...ends} as const;
    const line = execFileSync('getent', [database, '--', key], options);
    return line.split('\n')[0]?.split(':');
  } catch {
    return undefined;
  }
}

const nameIn =
  (database: 'passwd' | 'group') =>
  (id: number): string =>
    entry(database, String(id))?.[0] ?? String(id);

/** User names, each looked up once; the number in digits if the user database has no name. */
export class UserNames {
  private readonly known = new Map<number, string>();

  constructor(private readonly ask: (uid: number) => string = nameIn('passwd')) {}

  name(uid: number): string {
    const known = this.known.get(uid);
    if (known !== undefined) return known;
    const name = this.ask(uid);
    if (this.known.size >= CACHE_MAX) this.known.clear();
    this.known.set(uid, name);
    return name;
  }
}

/* getent accepts what strtoul() does as a number and truncates it to 32 bits, which may give root. */
export const NUMBER = /^\s*[+-]?\d+$/;

function idOf(database: 'passwd' | 'group', kind: string, text: string): number {
  const digits = NUMBER.test(text) ? text : entry(database, text)?.[2];
  const id = /^\d+$/.test(digits ?? '') ? Number(digits) : NaN;
  if (id <= ID_MAX) return id;
  throw wrongUsage(`unknown ${kind}: ${text}`);
}

/** The same for groups. */
export const groupNames = (): UserNames => new UserNames(nameIn('group'));

/** The fields of a user in the user database. */
export const userEntry = (uid: number): readonly string[] | undefined =>
  entry('passwd', String(uid));

/** The uid of a user given by name or number. */
export const userId = (user: string): number => idOf('passwd', 'user', user);

/** The gid of a group given by name or number. */
export const groupId = (group: string): number => idOf('group', 'group', group);
