// SPDX-License-Identifier: MIT
// Parses the subset of Markdown that docs/ uses into blocks, for manual pages.

export type Block =
  | {kind: 'heading'; level: number; text: string}
  | {kind: 'paragraph'; text: string}
  | {kind: 'item'; text: string}
  | {kind: 'code'; lines: readonly string[]};

const isStart = (line: string): boolean => /^(?:#+ |- |```|$)/.test(line);

/* A line that does not begin a block continues the previous one. */
function joined(lines: readonly string[], first: number): {text: string; next: number} {
  let next = first + 1;
  while (next < lines.length && !isStart(lines[next] ?? '')) next++;
  const text = lines.slice(first, next).map((line) => line.trim());
  return {text: text.join(' '), next};
}

function codeBlock(lines: readonly string[], first: number): {block: Block; next: number} {
  const end = lines.indexOf('```', first + 1);
  return {block: {kind: 'code', lines: lines.slice(first + 1, end)}, next: end + 1};
}

export function parseMarkdown(source: string): Block[] {
  const lines = source.split('\n');
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? '';
    const heading = /^(#+) (.*)$/.exec(line);
    if (line === '') at++;
    else if (heading !== null) {
      blocks.push({kind: 'heading', level: heading[1]?.length ?? 1, text: heading[2] ?? ''});
      at++;
    } else if (line.startsWith('```')) {
      const {block, next} = codeBlock(lines, at);
      blocks.push(block);
      at = next;
    } else {
      const {text, next} = joined(lines, at);
      const isItem = text.startsWith('- ');
      blocks.push(isItem ? {kind: 'item', text: text.slice(2)} : {kind: 'paragraph', text});
      at = next;
    }
  }
  return blocks;
}
