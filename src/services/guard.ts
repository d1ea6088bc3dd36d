// SPDX-License-Identifier: MIT
import {ModuleError, UserError, notLoaded, notPermitted} from '../domain/errors.js';
import {runsAsRoot, withSudo} from '../linux/privilege.js';
import {type Guard, connect} from '../native/index.js';

const NEEDS_ROOT = 'fguard needs root (CAP_SYS_ADMIN in the initial user namespace)';

const otherVersion = (error: ModuleError): UserError =>
  new UserError('EVERSION', `the loaded module is another version: ${error.message}`, {
    next: ['sudo fguard unload', 'sudo fguard rebuild', 'sudo fguard load'],
  });

/* If root is refused, sudo does not help: the rules are locked. */
const moreRights = (): string[] => (runsAsRoot() ? [] : [withSudo()]);

/** Turns an error of the module into a user's error; the kernel's sentence is kept. */
export function explain(error: unknown, next = [withSudo()]): unknown {
  if (!(error instanceof ModuleError)) return error;
  if (error.code === 'EPERM') {
    const message = error.sentence === '' ? NEEDS_ROOT : error.sentence;
    return notPermitted(message, next);
  }
  return new UserError(error.code, error.message);
}

function explainOpening(error: unknown): unknown {
  if (!(error instanceof ModuleError)) return error;
  if (error.code === 'ENOENT') return notLoaded();
  if (error.code === 'EPROTO') return otherVersion(error);
  return explain(error);
}

export async function openGuard(): Promise<Guard> {
  try {
    return await connect();
  } catch (error) {
    throw explainOpening(error);
  }
}

/** Runs some calls on one connection and closes it. */
export async function withGuard<T>(use: (guard: Guard) => T): Promise<T> {
  const guard = await openGuard();
  try {
    return use(guard);
  } catch (error) {
    throw explain(error, moreRights());
  } finally {
    guard.close();
  }
}
