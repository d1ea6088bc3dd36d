// SPDX-License-Identifier: MIT
// Checks which room of kmod/ includes which; prints forbidden includes, and groups of
// files that depend on each other in a circle.
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const kmod = fileURLToPath(new URL('../kmod', import.meta.url));

/** A room, and the other rooms that it may include. */
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
      ? [`kmod/${room}/${file}: ${line}: ${room} must not include ${other}`]
      : [],
  );
}

/** The only circle that is allowed: these files belong together. */
const CIRCLE: readonly string[] = ['ask/answer_cache', 'ask/question', 'ask/waiter'];

const isSource = (file: string): boolean => /\.[ch]$/.test(file);

/** The includes of each file together with its header, by names such as `ask/share`. */
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

/** Everything that a file includes, directly or indirectly. */
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
    .map((circle) => `kmod/: these depend on each other: ${circle}`);
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
