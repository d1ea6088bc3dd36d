// SPDX-License-Identifier: MIT
/* The console blocks of a page: what is typed after a prompt of root, and what that prints. */

export interface Typed {
  /** As for a shell; several lines for a here document. */
  command: string;
  /** Whether it runs beside the others of its block, until they are done. */
  elsewhere: boolean;
  printed: readonly string[];
}

const PROMPT = '# ';
const ELSEWHERE = /\s+# in another terminal$/;

const hereEnd = (command: string): string | undefined => /<<'(\w+)'/.exec(command)?.[1];

/* A here document ends with its word. */
function commandAt(lines: readonly string[], at: number): string[] {
  const first = (lines[at] ?? '').slice(PROMPT.length);
  const word = hereEnd(first);
  if (word === undefined) return [first];
  return [first, ...lines.slice(at + 1, lines.indexOf(word, at) + 1)];
}

function typedIn(block: string): Typed[] {
  const lines = block.split('\n');
  const typed: Typed[] = [];
  for (let at = 0; at < lines.length;) {
    const written = commandAt(lines, at);
    at += written.length;
    const next = lines.findIndex((line, n) => n >= at && line.startsWith(PROMPT));
    const end = next < 0 ? lines.length : next;
    const command = written.join('\n');
    const elsewhere = ELSEWHERE.test(command);
    typed.push({
      command: command.replace(ELSEWHERE, ''),
      elsewhere,
      printed: lines.slice(at, end),
    });
    at = end;
  }
  return typed;
}

/** The blocks of a page, in their order. */
export const consoleBlocks = (page: string): Typed[][] =>
  [...page.matchAll(/^```console\n([^]*?)\n```$/gm)].map(([, block = '']) => typedIn(block));

/* Times and numbers of processes are others each time, and so is the width of their columns. */
const usual = (line: string): string =>
  line
    .replaceAll(/\b\d\d:\d\d:\d\d\.\d{3}\b/g, 'TIME')
    .replaceAll(/\[\d+\]/g, '[PID]')
    .replaceAll(/ +/g, ' ')
    .trimEnd();

const ANY = '…';
const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** What matches the lines, where … is any text, and any lines if it stands alone. */
export function pattern(printed: readonly string[]): RegExp {
  const lines = printed.map((line) =>
    line === ANY ? '(?:.*\\n)*' : `${usual(line).split(ANY).map(escaped).join('.*')}\\n`,
  );
  return new RegExp(`^${lines.join('')}$`);
}

export const asPrinted = (text: string): string =>
  text
    .split('\n')
    .map(usual)
    .join('\n')
    .replace(/\n*$/, (end) => (end === '' && text === '' ? '' : '\n'));

/* Beside the block: they say when they are ready, and are let go once they have printed it all. */
const startElsewhere = (command: string, n: string): string => `
rm -f ready && mkfifo ready
${command} --ready-fd 3 3>ready >/tmp/page/${n} 2>/dev/null &
elsewhere="$elsewhere $!"
read -r line <ready`;

const awaitElsewhere = (n: string, lines: number): string => `
until [ "$(wc -l </tmp/page/${n})" -ge ${lines} ]; do sleep 0.1; done`;

const LETS_GO = `
for pid in $elsewhere; do kill -INT $pid; wait $pid; done
elsewhere=`;

const LOAD = /^fguard load\b/;

function blockScript(block: readonly Typed[], number: number): string {
  const name = (at: number): string =>
    `${String(number).padStart(2, '0')}.${String(at).padStart(2, '0')}`;
  const others = block.flatMap((typed, at) => (typed.elsewhere ? [{...typed, n: name(at)}] : []));
  const begin = others.map(({command, n}) => startElsewhere(command, n)).join('');
  const end = others.map(({printed, n}) => awaitElsewhere(n, printed.length)).join('');
  const first = block.findIndex(({command}) => LOAD.test(command)) + 1;
  const own = block.map(({command, elsewhere}, at) => {
    const before = at === first ? begin : '';
    return elsewhere ? before : `${before}\n{ ${command}\n} >/tmp/page/${name(at)} 2>&1`;
  });
  return [...own, end, others.length === 0 ? '' : LETS_GO].join('');
}

/** A script for bash that does what a page says and leaves what was printed in /tmp/page. */
export const pageScript = (blocks: readonly Typed[][]): string =>
  ['rm -rf /tmp/page; mkdir /tmp/page', ...blocks.map(blockScript)].join('\n');
