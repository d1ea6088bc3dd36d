// SPDX-License-Identifier: MIT
// Which room of kmod/ may include which; prints the includes that go the other way.
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

const rooms = readdirSync(kmod, {withFileTypes: true})
  .filter((entry) => entry.isDirectory() && !['compat-include', 'uapi'].includes(entry.name))
  .map(({name}) => name);
const found = rooms.flatMap((room) =>
  room in ROOMS
    ? readdirSync(path.join(kmod, room))
        .filter((file) => /\.[ch]$/.test(file))
        .flatMap((file) => wrongIncludes(room, file))
    : [`kmod/${room}: not among the rooms of ${path.basename(import.meta.filename)}`],
);
found.forEach((complaint) => {
  console.error(complaint);
});
process.exitCode = found.length > 0 ? 1 : 0;
