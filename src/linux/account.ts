// SPDX-License-Identifier: MIT
/* The user a command runs as, and how to become that user. */
import {existsSync} from 'node:fs';

import {UserError, wrongUsage} from '../domain/errors.js';
import {runsAsRoot, requireRoot} from './privilege.js';
import {userEntry, userId} from './users.js';

/** The user that a command runs as. */
export interface Account {
  uid: number;
  gid: number;
  name: string;
  home: string;
  shell: string;
  /** Whether the user is in the user database, which also has its groups. */
  known: boolean;
}

/** What was given on the command line. */
export interface RunAs {
  user: string | undefined;
  asRoot: boolean;
}

/* Variables set by sudo, doas and pkexec that must not reach the user's command. */
const LEFT_BEHIND = [
  ...['SUDO_COMMAND', 'SUDO_GID', 'SUDO_HOME', 'SUDO_UID', 'SUDO_USER'],
  ...['DOAS_USER', 'PKEXEC_UID'],
];

/*
 * The group comes from the user database, like the supplementary groups. The one that sudo
 * passes on is for users without an entry. `su` keeps that variable, so it may be stale, but
 * it must not make a user a member of root's group.
 */
function account(uid: number, left?: string): Account {
  const [name = String(uid), , , group = '', , home = '', shell = ''] = userEntry(uid) ?? [];
  const own = group === '' ? (left ?? '') : group;
  if (!/^\d+$/.test(own) || (group === '' && Number(own) === 0 && uid !== 0))
    throw wrongUsage(`cannot find the group of user ${name}`);
  return {
    uid,
    gid: Number(own),
    name,
    home: home || '/',
    shell: shell || '/bin/sh',
    known: group !== '',
  };
}

/* An invalid number must not become root. */
function numbered(variable: string, text: string): number {
  if (/^\d+$/.test(text)) return userId(text);
  throw wrongUsage(`${variable} is not a user id: ${text}`);
}

function caller(env: NodeJS.ProcessEnv): Account | undefined {
  const {SUDO_UID, SUDO_GID, DOAS_USER, PKEXEC_UID} = env;
  if (SUDO_UID !== undefined) return account(numbered('SUDO_UID', SUDO_UID), SUDO_GID);
  if (DOAS_USER !== undefined) return account(userId(DOAS_USER));
  if (PKEXEC_UID !== undefined) return account(numbered('PKEXEC_UID', PKEXEC_UID));
  return undefined;
}

/**
 * The user a command runs as: the one named, else the user who became root to start us;
 * undefined for our own user.
 */
export function accountFor({user, asRoot}: RunAs, env = process.env): Account | undefined {
  if (user !== undefined) requireRoot('--user');
  if (asRoot || !runsAsRoot()) return undefined;
  const found = user === undefined ? caller(env) : account(userId(user));
  return found?.uid === 0 ? undefined : found;
}

/** The environment of a command that runs as this user. */
export function environmentOf(
  {name, home, shell}: Account,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const own = Object.entries(env).filter(([key]) => !LEFT_BEHIND.includes(key));
  const mail = env.MAIL === undefined ? {} : {MAIL: `/var/mail/${name}`};
  return {...Object.fromEntries(own), HOME: home, USER: name, LOGNAME: name, SHELL: shell, ...mail};
}

/* Not looked up in PATH, which may be the user's. */
const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'];

/** The words to put before a command so that root runs it as this user. */
export function becoming({uid, gid, known}: Account): string[] {
  const setpriv = SETPRIV.find((path) => existsSync(path));
  if (setpriv === undefined)
    throw new UserError('ENOPROGRAM', 'the program setpriv is not installed', {
      next: ['sudo apt install util-linux'],
    });
  const groups = known ? '--init-groups' : '--clear-groups';
  return [setpriv, `--reuid=${uid}`, `--regid=${gid}`, groups, '--inh-caps=-all', '--'];
}
