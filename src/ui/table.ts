// SPDX-License-Identifier: MIT
import Table from 'cli-table3';

import {type Paint, strong} from './paint.js';
import {terminalColumns} from './terminal.js';
import {pieces, width} from './width.js';

/** A line of a cell: already escaped, and painted only once it is cut to its width. */
export interface Line {
  text: string;
  paint?: Paint;
}

export type Cell = readonly Line[];

/* Borders and padding that cli-table3 puts around n columns. */
const frame = (columns: number): number => 3 * columns + 1;
const PADDING = 2;

/* Below this a column of words is no longer read. */
const READABLE = 12;

const natural = (cell: Cell): number => Math.max(0, ...cell.map(({text}) => width(text)));

/**
 * Widths that fit so many columns of a terminal: the widest column gives way
 * first, none becomes unreadable; undefined if they cannot fit.
 */
export function columnWidths(
  rows: readonly (readonly Cell[])[],
  available: number,
): number[] | undefined {
  const [head = []] = rows;
  const widths = head.map((_cell, column) =>
    Math.max(...rows.map((row) => natural(row[column] ?? []))),
  );
  const least = widths.map((cells, column) =>
    Math.min(cells, Math.max(READABLE, natural(head[column] ?? []))),
  );
  const spare = (column: number): number => (widths[column] ?? 0) - (least[column] ?? 0);
  const total = (): number => widths.reduce((sum, cells) => sum + cells, frame(widths.length));
  while (total() > available) {
    const shrinkable = [...widths.keys()].filter((column) => spare(column) > 0);
    if (shrinkable.length === 0) return undefined;
    const widest = shrinkable.reduce((a, b) => ((widths[b] ?? 0) > (widths[a] ?? 0) ? b : a));
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

const layOut = (cell: Cell, cells: number): string =>
  cell
    .flatMap(({text, paint = (piece) => piece}) =>
      pieces(text, Math.max(1, cells)).map((piece) => paint(piece)),
    )
    .join('\n');

function draw(rows: readonly (readonly Cell[])[], widths: readonly number[]): string {
  const table = new Table({
    style: {head: [], border: []},
    colWidths: widths.map((cells) => cells + PADDING),
  });
  table.push(...rows.map((row) => row.map((cell, column) => layOut(cell, widths[column] ?? 1))));
  return table.toString();
}

/* Where a row does not fit beside its head, each becomes a table of its own, head on the left. */
function drawCards(
  head: readonly Cell[],
  rows: readonly (readonly Cell[])[],
  available: number,
): string {
  const left = Math.max(...head.map(natural));
  const right = Math.max(1, available - frame(2) - left);
  const card = (row: readonly Cell[]): string =>
    draw(
      row.map((cell, column) => [head[column] ?? [], cell]),
      [left, right],
    );
  return rows.map(card).join('\n');
}

/** A table for a person. */
export function renderTable(
  names: readonly string[],
  rows: readonly (readonly Cell[])[],
  available = terminalColumns(),
): string {
  const head = names.map((text): Cell => [{text, paint: strong}]);
  const all = [head, ...rows];
  const widths = columnWidths(all, available);
  return widths === undefined ? drawCards(head, rows, available) : draw(all, widths);
}
