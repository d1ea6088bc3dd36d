// SPDX-License-Identifier: MIT

/** A kernel function that is being traced. */
export interface TracedFunction {
  users: number;
  /** Its calls are redirected, as ours are; only one tracer can do that. */
  redirected: boolean;
  line: string;
}

/* "security_file_open (1) R I     tramp: 0x… ->callback": a count, then a column for each flag. */
const LINE = /^(\w+)(?: \[\w+\])? \((\d+)\)([\sA-Z]*)/;

/** Reads enabled_functions of tracefs. */
export function parseTraced(text: string): Map<string, TracedFunction> {
  const found = new Map<string, TracedFunction>();
  for (const line of text.split('\n')) {
    const [, name, users, flags] = LINE.exec(line) ?? [];
    if (name !== undefined)
      found.set(name, {
        users: Number(users),
        redirected: flags?.includes('I') === true,
        line: line.replace(/\s+/g, ' ').trim(),
      });
  }
  return found;
}
