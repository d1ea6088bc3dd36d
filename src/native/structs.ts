// SPDX-License-Identifier: MIT
/*
 * The structs of the library's header: registers them with koffi and converts them to and
 * from plain values. An array and its length are one value.
 */
import koffi, {type TypeObject} from 'koffi';

import {
  arrayText,
  cString,
  numbers,
  optionalString,
  readNumbers,
  readStrings,
  strings,
} from './memory.js';
import * as LAYOUTS from './structs.gen.js';

export type Pointer = bigint | null;

/* Strings are pointers to bytes, because file names need not be UTF-8. */
const NATIVE = {
  u32: 'uint32_t',
  u64: 'uint64_t',
  text: 'void *',
  texts: 'void **',
  numbers: 'const uint32_t *',
  structs: 'void *',
} as const;

/* A number stands for an array of that many characters. */
type Kind = keyof typeof NATIVE | number;
type Layout = Readonly<Record<string, Kind>>;

const nativeType = (kind: Kind): string | TypeObject =>
  typeof kind === 'number' ? koffi.array('uint8_t', kind) : NATIVE[kind];

const define = (name: string, layout: Layout): TypeObject =>
  koffi.struct(
    name,
    Object.fromEntries(Object.entries(layout).map(([member, kind]) => [member, nativeType(kind)])),
  );

/** The koffi types, by name. */
export const TYPES = Object.fromEntries(
  Object.entries(LAYOUTS).map(([name, layout]) => [name, define(name, layout)]),
) as Record<keyof typeof LAYOUTS, TypeObject>;

/* The members, without those that hold the length of another. */
type Members<L> = Exclude<keyof L, {[N in keyof L & string]: `n_${N}`}[keyof L & string]>;

type RawOf<K> = K extends 'u32'
  ? number
  : K extends 'u64'
    ? number | bigint
    : K extends number
      ? Uint8Array
      : Pointer;

/** A struct as koffi returns it. */
export type Raw<L> = {[N in keyof L]: RawOf<L[N]>};

interface Plain {
  u32: number;
  u64: number | bigint;
  text: string | null;
  texts: readonly string[];
  numbers: readonly number[];
  structs: Pointer;
}

type PlainOf<K> = K extends keyof Plain ? Plain[K] : string;

/** The plain value of a struct. */
export type Values<L> = {[N in Members<L>]: PlainOf<L[N]>};

/** The values to put into a struct; true becomes 1. */
export type Given<L> = {
  readonly [N in Members<L>]: PlainOf<L[N]> | (L[N] extends 'u32' ? boolean : never);
};

function membersOf(layout: Layout): [string, Kind][] {
  const counts = new Set(Object.keys(layout).map((name) => `n_${name}`));
  return Object.entries(layout).filter(([name]) => !counts.has(name));
}

const GIVE: Record<keyof typeof NATIVE, (value: never) => unknown> = {
  u32: Number,
  u64: (value: number | bigint) => value,
  text: (value: string | null) => (value === null ? null : cString(value)),
  texts: strings,
  numbers,
  structs: (value: Pointer) => value,
};

/** A function that fills structs of this layout for the library. */
export function writer<L extends Layout>(layout: L): (values: Given<L>) => object {
  const members = membersOf(layout).map(([name, kind]) => {
    const give = typeof kind === 'number' ? GIVE.structs : GIVE[kind];
    return {name, count: `n_${name}`, isList: `n_${name}` in layout, give};
  });
  return (values) => {
    const struct: Record<string, unknown> = {};
    for (const {name, count, isList, give} of members) {
      const value = (values as Record<string, unknown>)[name];
      struct[name] = give(value as never);
      if (isList) struct[count] = (value as readonly unknown[]).length;
    }
    return struct;
  };
}

const TAKE: Record<keyof typeof NATIVE, (value: never, count: number) => unknown> = {
  u32: (value: number) => value,
  u64: (value: number | bigint) => value,
  text: optionalString,
  texts: readStrings,
  numbers: readNumbers,
  structs: (value: Pointer) => value,
};

/** A function that copies structs of this layout to plain values. */
export function reader<L extends Layout>(layout: L): (struct: Raw<L>) => Values<L> {
  const members = membersOf(layout).map(([name, kind]) => {
    const take = typeof kind === 'number' ? arrayText : TAKE[kind];
    return {name, count: `n_${name}` in layout ? `n_${name}` : null, take};
  });
  return (struct) => {
    const raw = struct as Readonly<Record<string, unknown>>;
    const values: Record<string, unknown> = {};
    for (const {name, count, take} of members)
      values[name] = take(raw[name] as never, count === null ? 0 : (raw[count] as number));
    return values as Values<L>;
  };
}
