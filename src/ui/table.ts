// SPDX-License-Identifier: MIT
import Table from 'cli-table3';

import {type Paint, strong} from './paint.js';
import {terminalColumns} from './terminal.js';
import {pad, pieces, width} from './width.js';

/** A line of a cell: already escaped, and painted only once it is cut to its width. */
export interface Line {
  text: string;
  paint?: Paint;
}

export type Cell = readonly Line[];

/** The layout of columns. */
interface Style {
  /** Cells that n columns need in addition to their texts. */
  around: (columns: number) => number;
  /** Narrower columns of words are unreadable. */
  readable: number;
}

/* Borders and padding as in cli-table3. */
const BOXED: Style = {around: (columns) => 3 * columns + 1, readable: 12};
const PADDING = 2;

const GAP = '  ';
const PLAIN: Style = {around: (columns) => GAP.length * (columns - 1), readable: 10};

const natural = (cell: Cell): number => Math.max(0, ...cell.map(({text}) => width(text)));

/**
 * Widths that fit a terminal of that many columns: the widest column is narrowed
 * first, and none becomes unreadable; undefined if they cannot fit.
 */
export function columnWidths(
  rows: readonly (readonly Cell[])[],
  available: number,
  {around, readable} = BOXED,
): number[] | undefined {
  const [head = []] = rows;
  const widths = head.map((_cell, column) =>
    Math.max(...rows.map((row) => natural(row[column] ?? []))),
  );
  const least = widths.map((cells, column) =>
    Math.min(cells, Math.max(readable, natural(head[column] ?? []))),
  );
  const spare = (column: number): number => (widths[column] ?? 0) - (least[column] ?? 0);
  const total = (): number => widths.reduce((sum, cells) => sum + cells, around(widths.length));
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

/* A line without borders and trailing space. */
const plainLine = (cells: readonly string[], widths: readonly number[]): string =>
  cells
    .map((text, column) => pad(text, widths[column] ?? 0))
    .join(GAP)
    .trimEnd();

/* For terminals that are too narrow for borders. */
function drawPlain(rows: readonly (readonly Cell[])[], widths: readonly number[]): string {
  const cut = (cell: Cell | undefined, column: number): Line[] =>
    (cell ?? []).flatMap(({text, ...rest}) =>
      pieces(text, widths[column] ?? 1).map((piece) => ({text: piece, ...rest})),
    );
  const lines = (row: readonly Cell[]): string[] => {
    const cells = row.map(cut);
    const height = Math.max(...cells.map(({length}) => length));
    return Array.from({length: height}, (_line, at) =>
      cells
        .map((own, column) => {
          const {text = '', paint = (piece: string) => piece} = own[at] ?? {};
          return paint(text) + ' '.repeat(Math.max(0, (widths[column] ?? 0) - width(text)));
        })
        .join(GAP)
        .trimEnd(),
    );
  };
  return rows.flatMap((row, at) => (at < 2 ? lines(row) : ['', ...lines(row)])).join('\n');
}

/* For programs and files: a line for each row. */
function drawLines(rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) => row.map((cell) => cell.map(({text}) => text).join(' ')));
  const widths = (texts[0] ?? []).map((_head, column) =>
    Math.max(...texts.map((row) => width(row[column] ?? ''))),
  );
  return texts.map((row) => plainLine(row, widths)).join('\n');
}

/* For very narrow terminals: each row becomes a table of its own, with the headings on the left. */
function drawCards(
  head: readonly Cell[],
  rows: readonly (readonly Cell[])[],
  available: number,
): string {
  const left = Math.max(...head.map(natural));
  const right = Math.max(1, available - BOXED.around(2) - left);
  const card = (row: readonly Cell[]): string =>
    draw(
      row.map((cell, column) => [head[column] ?? [], cell]),
      [left, right],
    );
  return rows.map(card).join('\n');
}

/** A table for a person; without a terminal, a line for each row. */
export function renderTable(
  names: readonly string[],
  rows: readonly (readonly Cell[])[],
  available = terminalColumns(),
): string {
  const head = names.map((text): Cell => [{text, paint: strong}]);
  const all = [head, ...rows];
  if (available === Infinity) return drawLines(all);
  const widths = columnWidths(all, available);
  if (widths !== undefined) return draw(all, widths);
  const narrow = columnWidths(all, available, PLAIN);
  return narrow === undefined ? drawCards(head, rows, available) : drawPlain(all, narrow);
}
