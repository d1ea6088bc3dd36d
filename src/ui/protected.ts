// SPDX-License-Identifier: MIT
import {exactDuration} from '../domain/duration.js';
import {ELSES, VERDICTS} from '../domain/names.js';
import type {HardLinks, Holder, Protected} from '../domain/object.js';
import type {KernelRule} from '../domain/rule.js';
import {escapeComm, escapeText} from '../domain/text.js';
import {objectText} from './object-text.js';
import {dim, strong, warn} from './paint.js';

export const NOBODY_ANSWERS =
  "no answerer is running; requests get the rule's default immediately; run `sudo fguard ask` in another terminal";

const askText = ({timeout, defaultVerdict}: KernelRule): string =>
  `  other processes wait up to ${exactDuration(timeout)} for an answer; default: ${VERDICTS.name(defaultVerdict)}`;

/** The result for one rule. */
export function protectedLines({rule, exists, replaced, isDirectory}: Protected): string[] {
  const name = rule.name === null ? '' : ` (${escapeText(rule.name)})`;
  const verb = replaced ? 'was replaced and guards' : 'guards';
  const lines = [`${strong(`rule ${rule.id}`)}${name} ${verb} ${objectText(rule)}`];
  if (ELSES.name(rule.elseAction) === 'ask') lines.push(dim(askText(rule)));
  if (rule.suffix !== null) return lines;
  if (!exists)
    lines.push(dim('  it does not exist yet; it will be guarded as soon as it is created'));
  if (!exists && !rule.tree)
    lines.push(
      `  if it becomes a directory, what is in it is not guarded; use --tree to guard that too`,
    );
  if (isDirectory && !rule.tree)
    lines.push(
      '  this guards only the directory itself; without --no-tree, everything in it is guarded too',
    );
  return lines;
}

/** A file's names; undefined if it has only one. */
export function linksText(links: HardLinks | null): string | undefined {
  if (links === null || links.count < 2) return undefined;
  const others = links.others.map(escapeText).join(', ');
  const missing = links.count - 1 - links.others.length;
  const found = others === '' ? '' : `, also ${others}`;
  return `${links.count} hard links${found}${missing > 0 ? `, ${missing} not found nearby` : ''}`;
}

/** Where a rule was saved. */
export const savedLine = (file: string): string => dim(`  saved as ${escapeText(file)}`);

/** The other names under which a guarded file can be reached. */
export function linksWarning({rule, links}: Protected): string | undefined {
  const text = linksText(links);
  return text === undefined
    ? undefined
    : `${objectText(rule)} has ${text}; it is guarded under each of its names`;
}

const ACCESS: Record<Holder['access'], string> = {
  r: 'for reading',
  w: 'for writing',
  rw: 'for reading and writing',
  map: '',
  unknown: '',
};

const UNKNOWN_MAX = 8;

/* Once several processes have blocked, no more are examined, so many may be unknown. */
function unknownLines(holders: readonly Holder[]): string[] {
  if (holders.length === 0) return [];
  const first = holders.slice(0, UNKNOWN_MAX).map(({comm, pid}) => `${escapeComm(comm)}[${pid}]`);
  const more = holders.length - first.length;
  const who = `${first.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return [`${warn('cannot determine:')} whether it is mapped by ${who}`];
}

/** Processes that already have the files open, and processes that could not be examined. */
export const holderLines = (holders: readonly Holder[]): string[] => [
  ...holders.flatMap(({pid, comm, fd, path, access}) => {
    if (path === null) return [];
    const how =
      fd === null ? 'has it mapped' : `has it open ${ACCESS[access]} as file descriptor ${fd}`;
    return [`${warn('already open:')} ${escapeText(path)}: ${escapeComm(comm)}[${pid}] ${how}`];
  }),
  ...unknownLines(holders.filter(({path}) => path === null)),
];
