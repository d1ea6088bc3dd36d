// SPDX-License-Identifier: MIT
// Writes the files generated from the headers; with --check, only reports those out of date.
//   kmod/uapi/fguard.h    -> src/domain/uapi.gen.ts: constants, enums, the layout of the records;
//                            the names of operations in schemas/*.json
//   libnetlink/fguard.h   -> src/native/structs.gen.ts: the structs of the library
import {readFileSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

import {parseStructs, renderStructs} from './gen-structs.mjs';

const root = new URL('../', import.meta.url);
const read = (file) => readFileSync(new URL(file, root), 'utf8');

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

/** Reads the header in order, so that every name is known before it is used. */
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

const SCHEMAS = ['events', 'policy', 'rules'].map((name) => `schemas/${name}.schema.json`);

/* The list of operations is the only one that contains "exec". */
function withOps(schema, {enums}) {
  const names = enums
    .get('fguard_op')
    .map(([name]) => name)
    .filter((name) => name.startsWith('FGUARD_OP_'))
    .map((name) => name.slice('FGUARD_OP_'.length).toLowerCase());
  return schema.replace(/^( *)"enum": \[[^\]]*"exec"[^\]]*\]/gm, (_, indent) => {
    const items = names.map((name) => `${indent}  "${name}"`).join(',\n');
    return `${indent}"enum": [\n${items}\n${indent}]`;
  });
}

/** The text that each generated file should have. */
export function generate() {
  const uapi = parse(read('kmod/uapi/fguard.h'));
  return new Map([
    ['src/domain/uapi.gen.ts', render(uapi)],
    ['src/native/structs.gen.ts', renderStructs(parseStructs(read('libnetlink/fguard.h')))],
    ...SCHEMAS.map((file) => [file, withOps(read(file), uapi)]),
  ]);
}

function main([option]) {
  for (const [file, text] of generate()) {
    if (option !== '--check') writeFileSync(new URL(file, root), text);
    else if (read(file) !== text) {
      console.error(`${file} is not what \`npm run gen:uapi\` makes of the headers now`);
      process.exitCode = 1;
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
