// SPDX-License-Identifier: MIT
/*
 * Root resolves saved paths again later. A user must not be able to redirect such a path to
 * another object with a symbolic link. As with SymLinksIfOwnerMatch in web servers, a link
 * that a user controls may only lead to an object that the user owns.
 */
import {UserError} from '../domain/errors.js';
import {PathWalk} from './path-walk.js';

const ROOT = 0;

/** A symbolic link that a user controls. */
interface UserLink {
  path: string;
  /** Owner of the link, or of the nearest directory above it that root does not own. */
  uid: number;
}

/**
 * Throws if an absolute path contains a user's link to an object that the user does not own.
 * @returns whether the path contains a user's link at all
 */
export function requireOwnLinks(path: string): boolean {
  const walk = new PathWalk(path);
  const links: UserLink[] = [];
  for (const step of walk) {
    if (!step.stat.isSymbolicLink()) continue;
    const decides = [...walk.way, step].findLast(({stat}) => stat.uid !== ROOT);
    if (decides !== undefined) links.push({path: step.path, uid: decides.stat.uid});
  }
  // the object, or the last directory on the path if the object does not exist
  const {path: end, stat} = walk.here;
  const foreign = links.find(({uid}) => uid !== stat.uid);
  if (foreign === undefined) return links.length > 0;
  const lead = `${foreign.path} is a symbolic link that user ${foreign.uid} controls`;
  throw new UserError('EUNSAFE', `${lead}, and it leads to ${end}, which that user does not own`);
}
