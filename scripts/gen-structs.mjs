// SPDX-License-Identifier: MIT
// Generates src/native/structs.gen.ts, which describes the structs of libnetlink/fguard.h to
// koffi and TypeScript.

/* The declaration of a member, and its kind. */
const KINDS = new Map([
  ['uint32_t', 'u32'],
  ['uint64_t', 'u64'],
  ['const char *', 'text'],
  ['const char *const *', 'texts'],
  ['const uint32_t *', 'numbers'],
]);

const withoutComments = (text) => text.replace(/\/\*[^]*?\*\//g, ' ');

function kindOf(type, length) {
  if (length !== undefined && type === 'char') return Number(length);
  if (/^const struct \w+ \*$/.test(type)) return 'structs';
  const kind = length === undefined ? KINDS.get(type) : undefined;
  if (kind === undefined) throw new Error(`no kind for a member of type ${type}`);
  return kind;
}

const members = (body) =>
  body
    .split(';')
    .map((text) => text.trim().replace(/\s+/g, ' '))
    .filter(Boolean)
    .map((text) => {
      const [, type, name, length] = /^(.*?)(\w+)(?:\[(\d+)\])?$/.exec(text);
      return [name, kindOf(type.trim(), length)];
    });

/** Each struct's members in order, name and kind. */
export const parseStructs = (header) =>
  [...withoutComments(header).matchAll(/^struct (\w+) \{([^}]*)\};/gm)].map(([, name, body]) => [
    name,
    members(body),
  ]);

const line = ([name, kind]) => `  ${name}: ${typeof kind === 'number' ? kind : `'${kind}'`},\n`;

export const renderStructs = (structs) =>
  [
    '// SPDX-License-Identifier: MIT\n',
    '// Generated from libnetlink/fguard.h by `npm run gen:uapi`; do not edit.\n',
    ...structs.map(
      ([name, list]) => `\nexport const ${name} = {\n${list.map(line).join('')}} as const;\n`,
    ),
  ].join('');
