// SPDX-License-Identifier: MIT
/*
 * What is written down once and looked up again later, by root, must not be about
 * whatever a user puts a link to meanwhile. Like a web server that follows links if their
 * owner matches: a link that a user decides about leads to what is that user's own.
 */
import {UserError} from '../domain/errors.js';
import {inDirectory} from '../domain/path.js';
import {lstatIfPossible, readLinkIfPossible} from './files.js';

const LINKS_MAX = 40;
const ROOT = 0;

interface Step {
  path: string;
  uid: number;
}

/** A link that a user decides about. */
interface UserLink {
  path: string;
  /** Whose it is: the link, or the nearest directory above it that is not root's. */
  uid: number;
}

/** Where a path leads, and by which links of users. */
interface Way {
  links: UserLink[];
  /** What is there, or the last directory on the way to what is not. */
  end: Step;
}

const names = (path: string): string[] =>
  path.split('/').filter((name) => name !== '' && name !== '.');

class Follower {
  private readonly steps: Step[] = [{path: '/', uid: ROOT}];
  private readonly links: UserLink[] = [];
  private followed = 0;

  walk(path: string): Way {
    const rest = names(path);
    for (let name = rest.shift(); name !== undefined; name = rest.shift())
      if (!this.step(name, rest)) break;
    return {links: this.links, end: this.here()};
  }

  private here(): Step {
    return this.steps.at(-1) ?? {path: '/', uid: ROOT};
  }

  /* False where nothing is. */
  private step(name: string, rest: string[]): boolean {
    if (name === '..') {
      if (this.steps.length > 1) this.steps.pop();
      return true;
    }
    const path = inDirectory(this.here().path, name);
    const stat = lstatIfPossible(path);
    if (stat === undefined) return false;
    const next = {path, uid: Number(stat.uid)};
    if (stat.isSymbolicLink()) return this.follow(next, rest);
    this.steps.push(next);
    return true;
  }

  private follow(link: Step, rest: string[]): boolean {
    const target = readLinkIfPossible(link.path);
    this.followed += 1;
    if (target === undefined || this.followed > LINKS_MAX) return false;
    const decides = [...this.steps, link].findLast(({uid}) => uid !== ROOT);
    if (decides !== undefined) this.links.push({path: link.path, uid: decides.uid});
    rest.unshift(...names(target));
    if (target.startsWith('/')) this.steps.splice(1);
    return true;
  }
}

/**
 * Refuses an absolute path on which a user's link leads to what is not that user's own.
 * @returns whether there is a link of a user on the way at all
 */
export function requireOwnLinks(path: string): boolean {
  const {links, end} = new Follower().walk(path);
  const foreign = links.find(({uid}) => uid !== end.uid);
  if (foreign === undefined) return links.length > 0;
  const lead = `${foreign.path} is a link of user ${foreign.uid}`;
  throw new UserError('EUNSAFE', `${lead} and leads to ${end.path}, which is not that user's`);
}
