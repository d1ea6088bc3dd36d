// SPDX-License-Identifier: MIT
// Writes oclif.manifest.json, so that one command starts without loading the others.
import {Config} from '@oclif/core';
import {rmSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = `${root}oclif.manifest.json`;

rmSync(manifest, {force: true});
const {plugins} = await Config.load({root});
const own = [...plugins.values()].find((plugin) => plugin.root === root.replace(/\/$/, ''));
if (own === undefined) throw new Error('oclif did not load this package');
writeFileSync(manifest, `${JSON.stringify(own.manifest, null, 2)}\n`);
