// SPDX-License-Identifier: MIT
// Which functions of the kernel's security layer our hook table and the notes
// beside this file leave out.
import {readdirSync, readFileSync} from 'node:fs';

const MODULE = new URL('../../kmod/', import.meta.url);
const NOTES = new URL('kernel-functions.txt', import.meta.url);

/** What is in the kernel's headers of no version. */
const INTERNAL = "SELinux's own: its policy database";

/** By function, why no row of the table is for it. */
export type Notes = ReadonlyMap<string, string>;

export function parseNotes(text: string): Notes {
  const notes = new Map<string, string>();
  for (const line of text.split('\n').filter((line) => line && !line.startsWith('#'))) {
    const [, name, reason] = /^(security_\w+) +(\S.*)$/.exec(line) ?? [];
    if (!name || !reason) throw new Error(`no function and reason: ${line}`);
    if (notes.has(name)) throw new Error(`two notes about ${name}`);
    notes.set(name, reason);
  }
  return notes;
}

export const readNotes = (): Notes => parseNotes(readFileSync(NOTES, 'utf8'));

/** The global ones in a listing of symbols, such as /proc/kallsyms. */
export const functionsIn = (symbols: string): string[] =>
  [...symbols.matchAll(/ T (security_\w+)$/gm)].map(([, name]) => name ?? '');

export const functionsOfHeader = (text: string): string[] =>
  [...text.matchAll(/\b(security_\w+)\(/g)].map(([, name]) => name ?? '');

/** Those that the module's table has a row for. */
export const readHooked = (): string[] =>
  readdirSync(MODULE, {recursive: true, encoding: 'utf8'})
    .filter((name) => name.endsWith('.c'))
    .map((name) => readFileSync(new URL(name, MODULE), 'utf8'))
    .flatMap((text) => [...text.matchAll(/\bFGUARD_(?:HOOK|NOTE)\((\w+),/g)])
    .map(([, name]) => name ?? '');

/** Those that nobody thought about. */
export const forgotten = (
  functions: readonly string[],
  hooked: readonly string[],
  notes: Notes,
): string[] => functions.filter((name) => !hooked.includes(name) && !notes.has(name));

/** Notes about functions that are hooked after all. */
export const contradicted = (hooked: readonly string[], notes: Notes): string[] =>
  hooked.filter((name) => notes.has(name));

/** Notes about functions of no kernel. @param known all that the kernels' headers declare */
export const stale = (known: readonly string[], notes: Notes): string[] =>
  [...notes].flatMap(([name, reason]) =>
    reason === INTERNAL || known.includes(name) ? [] : [name],
  );
