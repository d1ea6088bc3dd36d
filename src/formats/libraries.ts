// SPDX-License-Identifier: MIT
/* Large libraries that most commands do not need, loaded on first use. */
import type * as Ajv from 'ajv';
import type * as Yaml from 'js-yaml';
import {createRequire} from 'node:module';

const load = createRequire(import.meta.url);

/* In a build, each is a file beside this one: see scripts/bundle.mjs. */
const place = (name: string): string => (import.meta.url.endsWith('.cjs') ? `./${name}.cjs` : name);

export const ajv = (): typeof Ajv => load(place('ajv')) as typeof Ajv;

export const yaml = (): typeof Yaml => load(place('js-yaml')) as typeof Yaml;
