// SPDX-License-Identifier: MIT
/*
 * What is written down once and looked up again later, by root, must not be about
 * whatever a user puts a link to meanwhile. Like a web server that follows links if their
 * owner matches: a link that a user decides about leads to what is that user's own.
 */
import {UserError} from '../domain/errors.js';
import {PathWalk} from './path-walk.js';

const ROOT = 0;

/** A link that a user decides about. */
interface UserLink {
  path: string;
  /** Whose it is: the link, or the nearest directory above it that is not root's. */
  uid: number;
}

/**
 * Refuses an absolute path on which a user's link leads to what is not that user's own.
 * @returns whether there is a link of a user on the way at all
 */
export function requireOwnLinks(path: string): boolean {
  const walk = new PathWalk(path);
  const links: UserLink[] = [];
  for (const step of walk) {
    if (!step.stat.isSymbolicLink()) continue;
    const decides = [...walk.way, step].findLast(({stat}) => stat.uid !== ROOT);
    if (decides !== undefined) links.push({path: step.path, uid: decides.stat.uid});
  }
  // what is there, or the last directory on the way to what is not
  const {path: end, stat} = walk.here;
  const foreign = links.find(({uid}) => uid !== stat.uid);
  if (foreign === undefined) return links.length > 0;
  const lead = `${foreign.path} is a symbolic link that user ${foreign.uid} controls`;
  throw new UserError('EUNSAFE', `${lead}, and it leads to ${end}, which that user does not own`);
}
