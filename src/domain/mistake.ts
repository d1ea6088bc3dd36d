// SPDX-License-Identifier: MIT

/** An error in a file that a person wrote. Lines and columns count from 1. */
export interface Mistake {
  file: string;
  line: number;
  column: number;
  message: string;
}

/** In the order of the files, and from the top to the bottom of each. */
export function sortMistakes(mistakes: readonly Mistake[], files: readonly string[]): Mistake[] {
  const order = new Map(files.map((file, index) => [file, index]));
  const rank = ({file}: Mistake): number => order.get(file) ?? -1;
  return [...mistakes].sort((a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column);
}
