// SPDX-License-Identifier: MIT
// Prints the licences of the npm packages in a folder: licences.ts NODE_MODULES
import {readFileSync, readdirSync} from 'node:fs';
import path from 'node:path';

const [, , folder] = process.argv;
if (folder === undefined) throw new Error('licences.ts NODE_MODULES');

/* Each package has a directory, with a scope one level deeper; packages may be nested. */
const packages = readdirSync(folder, {recursive: true, encoding: 'utf8'})
  .filter((file) => /(^|node_modules\/)(@[^/]+\/)?[^/@]+\/package\.json$/.test(file))
  .map((file) => path.join(folder, path.dirname(file)))
  .sort();

for (const dir of packages) {
  const {name, version, license} = JSON.parse(
    readFileSync(path.join(dir, 'package.json'), 'utf8'),
  ) as {name: string; version: string; license?: string};
  const texts = readdirSync(dir).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  console.log(`${'='.repeat(70)}\n${name} ${version} (${license ?? 'see below'})\n`);
  for (const file of texts) console.log(readFileSync(path.join(dir, file), 'utf8').trim(), '\n');
}
