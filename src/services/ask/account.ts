// SPDX-License-Identifier: MIT
import {type Question, payer} from '../../domain/question.js';
import {readIfPossible} from '../../linux/files.js';
import {type User, localUsers} from '../../linux/passwd.js';

/* Subordinate users, and to whom they are lent. */
interface Range {
  first: number;
  count: number;
  owner: number;
}

/** Lines of subuid(5). */
export function parseRanges(text: string, users: readonly User[]): Range[] {
  return text.split('\n').flatMap((line) => {
    const [word = '', first = '', count = ''] = line.split(':');
    if (![first, count].every((number) => /^\d+$/.test(number))) return [];
    const uid = users.find(({name}) => name === word)?.uid;
    const owner = uid ?? (/^\d+$/.test(word) ? Number(word) : undefined);
    return owner === undefined ? [] : [{first: Number(first), count: Number(count), owner}];
  });
}

let ranges: readonly Range[] | undefined;

/**
 * The user whose turn a request counts for. Without a login session, a user may
 * still act as any of its subordinate users.
 */
export function accountOf(question: Question, lent?: readonly Range[]): number {
  const uid = payer(question);
  ranges ??= parseRanges(readIfPossible('/etc/subuid') ?? '', localUsers());
  return (
    (lent ?? ranges).find(({first, count}) => uid >= first && uid < first + count)?.owner ?? uid
  );
}
