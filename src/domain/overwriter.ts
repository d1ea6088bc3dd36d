// SPDX-License-Identifier: MIT

/** A place through which users other than root can change an executable. */
export interface Overwriter {
  /** The executable itself, or a directory on its path. */
  path: string;
  /** Who can change it: "everybody", or users and groups. */
  who: string[];
}

const list = (words: readonly string[]): string => words.join(' and ');

/** What that means for a rule that allows the executable; undefined if nobody can. */
export function overwriterText(
  exe: string,
  overwriters: readonly Overwriter[],
): string | undefined {
  if (overwriters.length === 0) return undefined;
  const ways = overwriters.map(({path, who}) =>
    path === exe ? `${list(who)} can overwrite it` : `${list(who)} can replace it through ${path}`,
  );
  return `${exe}: ${ways.join('; ')}; whatever they put there is allowed too`;
}
