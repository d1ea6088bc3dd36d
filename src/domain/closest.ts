// SPDX-License-Identifier: MIT

/** Edits (insert, delete, replace, swap neighbours) that turn one word into the other. */
function distance(a: string, b: string): number {
  const rows = Array.from({length: a.length + 1}, (_, i) => [i]);
  const cell = (i: number, j: number): number => rows[i]?.[j] ?? Infinity;
  for (let j = 1; j <= b.length; j++) {
    rows[0]?.push(j);
    for (let i = 1; i <= a.length; i++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? cell(i - 2, j - 2) + 1 : Infinity;
      const edit = Math.min(cell(i - 1, j) + 1, cell(i, j - 1) + 1, cell(i - 1, j - 1) + cost);
      rows[i]?.push(Math.min(edit, swap));
    }
  }
  return cell(a.length, b.length);
}

/* Longer words are not misspelt commands; comparing them would be slow. */
const WORD_MAX = 100;

/** The candidate that a misspelt word probably stands for, if one is similar. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > WORD_MAX) return undefined;
  const ranked = candidates
    .map((candidate) => ({candidate, edits: distance(word, candidate)}))
    .sort((x, y) => x.edits - y.edits);
  const [best] = ranked;
  if (best === undefined) return undefined;
  return best.edits <= Math.max(1, Math.floor(best.candidate.length / 2))
    ? best.candidate
    : undefined;
}
