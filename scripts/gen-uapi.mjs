// SPDX-License-Identifier: MIT
// Writes src/domain/uapi.gen.ts from kmod/uapi/fguard.h: constants, enums and the layout of the records.
import {readFileSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

const HEADER = new URL('../kmod/uapi/fguard.h', import.meta.url);
const OUTPUT = new URL('../src/domain/uapi.gen.ts', import.meta.url);
const SIZES = {__u8: 1, __u16: 2, __u32: 4, __u64: 8};

const withoutComments = (text) => text.replace(/\/\*[^]*?\*\//g, ' ');

function evaluate(expression, known) {
  const plain = expression
    .replace(/\b(0x[\da-f]+|\d+)U\b/gi, '$1')
    .replace(/\b[A-Za-z_]\w*\b/g, (name) => {
      if (!known.has(name)) throw new Error(`${name} is not defined before its use`);
      return String(known.get(name));
    });
  if (!/^[\d\s()<>+*|x-]+$/.test(plain)) throw new Error(`cannot evaluate "${expression}"`);
  const value = Function(`return (${plain})`)();
  return value < 0 ? value >>> 0 : value;
}

function parseEnum(body, known) {
  const members = [];
  let next = 0;
  for (const item of body.split(',').map((part) => part.trim())) {
    if (item === '') continue;
    const [name, value] = item.split('=').map((part) => part.trim());
    if (value !== undefined) next = evaluate(value, known);
    known.set(name, next);
    members.push([name, next++]);
  }
  return members;
}

function parseStruct(body, structs) {
  const fields = [];
  let offset = 0;
  let alignment = 1;
  for (const [, type, name] of body.matchAll(/(__u\d+|struct \w+)\s+(\w+);/g)) {
    const {size, align} = layoutOf(type, structs);
    offset = Math.ceil(offset / align) * align;
    fields.push([name, offset]);
    offset += size;
    alignment = Math.max(alignment, align);
  }
  return {fields, size: Math.ceil(offset / alignment) * alignment, align: alignment};
}

function layoutOf(type, structs) {
  const simple = SIZES[type];
  if (simple !== undefined) return {size: simple, align: simple};
  const known = structs.get(type.replace('struct ', ''));
  if (known === undefined) throw new Error(`unknown type ${type}`);
  return known;
}

/** Reads the header in its own order, so that every name is known before it is used. */
export function parse(header) {
  const known = new Map();
  const result = {defines: [], enums: new Map(), structs: new Map()};
  const item =
    /^#define[ \t]+(FGUARD_\w+)[ \t]+(.+)$|^enum (\w+) \{([^}]*)\};|^struct (\w+) \{([^}]*)\};/gm;
  for (const [, define, value, name, body, struct, members] of withoutComments(header).matchAll(
    item,
  )) {
    if (define !== undefined) result.defines.push([define, parseDefine(define, value, known)]);
    else if (name !== undefined) result.enums.set(name, parseEnum(body, known));
    else result.structs.set(struct, parseStruct(members, result.structs));
  }
  return result;
}

function parseDefine(name, text, known) {
  const string = /^"(.*)"$/.exec(text.trim());
  if (string !== null) return string[1];
  known.set(name, evaluate(text, known));
  return known.get(name);
}

const object = (entries) => entries.map(([name, value]) => `  ${name}: ${value},\n`).join('');

export function render({defines, enums, structs}) {
  const lines = [
    '// SPDX-License-Identifier: MIT',
    '// Generated from kmod/uapi/fguard.h by `npm run gen:uapi`; do not edit.',
    '',
    ...defines.map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`),
  ];
  for (const [name, members] of enums)
    lines.push('', `export const ${name} = {\n${object(members)}} as const;`);
  lines.push('', '/* Offsets of the members, and the size. */');
  for (const [name, {fields, size}] of structs)
    lines.push('', `export const ${name} = {\n${object([...fields, ['SIZE', size]])}} as const;`);
  return `${lines.join('\n')}\n`;
}

export const generate = () => render(parse(readFileSync(HEADER, 'utf8')));

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(OUTPUT, generate());
