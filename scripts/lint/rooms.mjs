// SPDX-License-Identifier: MIT
// The rooms of src/, and the lint rule that enforces which room may import which,
// and restricts some functions to certain rooms.
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

/** Each room, and those that it may import: only rooms listed before it, so there are no circles. */
export const ROOMS = {
  domain: [],
  linux: ['domain'],
  formats: ['domain', 'linux'],
  native: ['domain', 'linux'],
  lab: ['domain', 'linux', 'native'],
  services: ['domain', 'linux', 'formats', 'native'],
  ui: ['domain', 'formats'],
  cli: ['domain', 'linux', 'formats', 'services', 'ui'],
  commands: ['domain', 'linux', 'formats', 'lab', 'services', 'ui', 'cli'],
};

/* Files outside of the rooms. */
const LOOSE = {'main.ts': ['domain', 'linux', 'ui', 'cli', 'commands']};

/* Only these may call C functions, where a wrong call crashes the process. */
const CALLS_C = ['native', 'linux/libc'];

/* Only these may read process.argv; all others get values as parameters. */
const READS_WORDS = ['cli', 'main.ts'];

const within = (file, places) =>
  places.some((place) => file === place || file.startsWith(`${place}/`));

const roomOf = (file) => (file.includes('/') ? file.slice(0, file.indexOf('/')) : undefined);

const allowedFor = (file) => {
  const room = roomOf(file);
  return room === undefined ? LOOSE[file] : ROOMS[room];
};

/** The error in an import of a file in src/; undefined if it is allowed. */
export function importMistake(file, source) {
  const room = roomOf(file);
  const allowed = allowedFor(file);
  if (allowed === undefined)
    return `${room === undefined ? `${file} is in no room` : `${room}/ is not a room`}: see scripts/lint/rooms.mjs`;
  if (source === 'koffi' && !within(file, CALLS_C))
    return `only ${CALLS_C.join(' and ')} may call C`;
  if (!source.startsWith('.')) return undefined;
  const target = path.posix.normalize(path.posix.join(path.posix.dirname(file), source));
  const other = roomOf(target);
  if (other === undefined) return `${target} is imported by nobody`;
  if (other === room || allowed.includes(other)) return undefined;
  return `${room ?? file} may import ${allowed.join(', ') || 'no other room'}; not ${other}`;
}

const inSource = (context) => path.relative(SRC, context.filename).split(path.sep).join('/');

const imports = {
  create(context) {
    const file = inSource(context);
    const look = ({source}) => {
      if (typeof source?.value !== 'string') return;
      const message = importMistake(file, source.value);
      if (message !== undefined) context.report({node: source, message});
    };
    return {
      ImportDeclaration: look,
      ExportNamedDeclaration: look,
      ExportAllDeclaration: look,
      ImportExpression: look,
      TSImportType: look,
    };
  },
};

const words = {
  create(context) {
    if (within(inSource(context), READS_WORDS)) return {};
    return {
      'MemberExpression[object.name="process"][property.name="argv"]'(node) {
        context.report({node, message: `only ${READS_WORDS.join(' and ')} may read process.argv`});
      },
    };
  },
};

export default {rules: {imports, words}};
