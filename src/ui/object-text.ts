// SPDX-License-Identifier: MIT
import {escapeText} from '../domain/text.js';

interface RuleObject {
  path: string | null;
  tree: boolean;
  suffix: string | null;
}

/** The object of a rule, for use in a sentence. */
export function objectText({path, tree, suffix}: RuleObject): string {
  const place = escapeText(path ?? '');
  if (suffix === null) return tree ? `${place} and everything in it` : place;
  const where = path === null ? '' : ` below ${place}`;
  return `file names ending in ${escapeText(suffix)}${where}`;
}
