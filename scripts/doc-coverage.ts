// SPDX-License-Identifier: MIT
// kernel-doc checks existing comments; this finds functions in kmod's headers that have
// none, and comments that do not say what the function returns.
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const kmod = fileURLToPath(new URL('../kmod', import.meta.url));

interface Prototype {
  name: string;
  returnsValue: boolean;
  /** Index of the first line. */
  line: number;
}

/** A function declared or defined at the left margin: its type, then its name and "(". */
function prototypes(lines: readonly string[]): Prototype[] {
  return lines.flatMap((text, line) => {
    const match = /^(?!typedef\b|return\b)([a-z][\w \t*]*[ *])(\w+)\(/.exec(text);
    if (!match?.[1] || !match[2]) return [];
    return [{name: match[2], returnsValue: !/\bvoid\s*$/.test(match[1]), line}];
  });
}

/** The comment that ends on the line above, or an empty string. */
function commentAbove(lines: readonly string[], line: number): string | undefined {
  if (!lines[line - 1]?.endsWith('*/')) return undefined;
  const start = lines.slice(0, line).findLastIndex((text) => text.startsWith('/*'));
  return lines.slice(start, line).join('\n');
}

function complaints(file: string): string[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return prototypes(lines).flatMap(({name, returnsValue, line}) => {
    const comment = commentAbove(lines, line);
    const place = `${path.relative(process.cwd(), file)}:${line + 1}: ${name}()`;
    if (!comment?.startsWith(`/**\n * ${name}`)) return [`${place} has no kernel-doc comment`];
    return returnsValue && !comment.includes('Return:') ? [`${place} does not say "Return:"`] : [];
  });
}

const headers = readdirSync(kmod, {recursive: true, encoding: 'utf8'}).filter(
  (name) => name.endsWith('.h') && !/^(compat-include|uapi)\//.test(name),
);
const found = headers.flatMap((name) => complaints(path.join(kmod, name)));
found.forEach((complaint) => {
  console.error(complaint);
});
process.exitCode = found.length > 0 ? 1 : 0;
