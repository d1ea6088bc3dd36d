// SPDX-License-Identifier: MIT
// Which room of kmod/ may include which; prints the includes that go the other way, and
// the files of which each needs the others.
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const kmod = fileURLToPath(new URL('../kmod', import.meta.url));

/** A room, and those that it may look into beside itself. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  object: [],
  subject: ['object'],
  policy: ['subject', 'object'],
  ftrace: [],
  events: ['ftrace', 'policy', 'subject', 'object'],
  ask: ['base', 'events', 'ftrace', 'policy', 'subject', 'object'],
  enforce: ['ask', 'events', 'ftrace', 'policy', 'subject', 'object'],
  control: ['base', 'enforce', 'ask', 'events', 'ftrace', 'policy', 'subject', 'object'],
};

function wrongIncludes(room: string, file: string): string[] {
  const text = readFileSync(path.join(kmod, room, file), 'utf8');
  return [...text.matchAll(/^#include "(\w+)\/\w+\.h"$/gm)].flatMap(([line, other = '']) =>
    other in ROOMS && other !== room && !ROOMS[room]?.includes(other)
      ? [`kmod/${room}/${file}: ${line}: ${room} knows nothing of ${other}`]
      : [],
  );
}

/** The one circle there may be, sorted: none of these means anything without the others. */
const CIRCLE: readonly string[] = ['ask/answer_cache', 'ask/question', 'ask/waiter'];

const isSource = (file: string): boolean => /\.[ch]$/.test(file);

/** A file and its header are one: which others they include, by names like `ask/share`. */
function includesOf(files: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const file of files) {
    const name = file.replace(/\.[ch]$/, '');
    const others = found.get(name) ?? new Set<string>();
    const text = readFileSync(path.join(kmod, file), 'utf8');
    for (const [, other = ''] of text.matchAll(/^#include "(\w+\/\w+)\.h"$/gm))
      if (other !== name) others.add(other);
    found.set(name, others);
  }
  return found;
}

/** All that a file needs, at any remove. */
function reachOf(name: string, includes: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const reach = new Set<string>();
  const left = [name];
  for (let next = left.pop(); next !== undefined; next = left.pop())
    for (const other of includes.get(next) ?? [])
      if (!reach.has(other)) {
        reach.add(other);
        left.push(other);
      }
  return reach;
}

function circlesIn(includes: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const names = [...includes.keys()].sort();
  const reaches = new Map(names.map((name) => [name, reachOf(name, includes)]));
  const circles = names.map((name) =>
    names.filter((other) => reaches.get(name)?.has(other) && reaches.get(other)?.has(name)),
  );
  return [...new Set(circles.map((circle) => circle.join(' ')))]
    .filter((circle) => circle !== '' && circle !== CIRCLE.join(' '))
    .map((circle) => `kmod/: each of these needs the others: ${circle}`);
}

const rooms = readdirSync(kmod, {withFileTypes: true})
  .filter((entry) => entry.isDirectory() && !['compat-include', 'uapi'].includes(entry.name))
  .map(({name}) => name);
const files = rooms.flatMap((room) =>
  readdirSync(path.join(kmod, room)).map((file) => `${room}/${file}`),
);
const found = [
  ...rooms.flatMap((room) =>
    room in ROOMS
      ? readdirSync(path.join(kmod, room))
          .filter(isSource)
          .flatMap((file) => wrongIncludes(room, file))
      : [`kmod/${room}: not among the rooms of ${path.basename(import.meta.filename)}`],
  ),
  ...circlesIn(includesOf(files.filter(isSource))),
];
found.forEach((complaint) => {
  console.error(complaint);
});
process.exitCode = found.length > 0 ? 1 : 0;
