// SPDX-License-Identifier: MIT
// The keys of a file or document, from its JSON schema.
import {readFileSync} from 'node:fs';

interface Schema {
  $ref?: string;
  title?: string;
  description?: string;
  type?: string | readonly string[];
  enum?: readonly unknown[];
  items?: Schema;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  definitions?: Readonly<Record<string, Schema>>;
}

export interface Key {
  /** The key with its parents: "allow.uids". */
  name: string;
  /** Its type, in words. */
  takes: string;
  description: string;
  required: boolean;
}

const ARTICLE = /^an? /;

export class SchemaFile {
  private readonly root: Schema;

  /** @param name such as "rules", for schemas/rules.schema.json */
  constructor(name: string) {
    const file = new URL(`../../schemas/${name}.schema.json`, import.meta.url);
    this.root = JSON.parse(readFileSync(file, 'utf8')) as Schema;
  }

  get description(): string {
    return this.root.description ?? '';
  }

  /** A definition, or the schema of the file itself. */
  private named(name: string | undefined): Schema {
    const schema = name === undefined ? this.root : this.root.definitions?.[name];
    if (schema === undefined) throw new Error(`the schema has no definition ${name ?? ''}`);
    return schema;
  }

  private resolved(schema: Schema): Schema {
    const {$ref: reference, ...own} = schema;
    if (reference === undefined) return schema;
    return {...this.resolved(this.named(reference.replace('#/definitions/', ''))), ...own};
  }

  describe(name?: string): string {
    return this.named(name).description ?? '';
  }

  /** The keys of a definition or of the file itself, including nested maps. */
  keys(name?: string): Key[] {
    return this.keysOf(this.resolved(this.named(name)), '');
  }

  private keysOf({properties = {}, required = []}: Schema, before: string): Key[] {
    return Object.entries(properties).flatMap(([key, written]) => {
      const schema = this.resolved(written);
      const one: Key = {
        name: `${before}${key}`,
        takes: this.takes(schema),
        description: schema.description ?? '',
        required: required.includes(key),
      };
      return [one, ...(schema.properties ? this.keysOf(schema, `${before}${key}.`) : [])];
    });
  }

  private takes(schema: Schema): string {
    const list = schema.items === undefined ? undefined : this.resolved(schema.items);
    if (list?.enum !== undefined) return `list of: ${list.enum.join(', ')}`;
    if (schema.enum !== undefined) return schema.enum.join(', ');
    if (schema.title !== undefined) return schema.title.replace(ARTICLE, '');
    return [schema.type ?? 'string'].flat().join(' or ');
  }
}
