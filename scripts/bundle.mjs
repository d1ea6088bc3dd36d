// SPDX-License-Identifier: MIT
// Makes dist/ from src/: a file for the program and one for the thread that reads
// events. Node needs longer to find and load some hundred small files than to do
// what most commands do.
import {build} from 'esbuild';
import {rmSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

rmSync(`${root}dist`, {recursive: true, force: true});
await build({
  absWorkingDir: root,
  entryPoints: ['src/main.ts', 'src/native/reader.ts'],
  // as deep as the sources, which look for files of the package two levels up
  outdir: 'dist/lib',
  entryNames: '[name]',
  outExtension: {'.js': '.cjs'},
  // ES modules cost more to load, and some of what is bundled needs require()
  format: 'cjs',
  platform: 'node',
  target: 'node20.17',
  bundle: true,
  // koffi has a compiled part; oclif asks for a compiler only in development
  external: ['koffi', 'typescript'],
  define: {'import.meta.url': 'importMetaUrl'},
  banner: {js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;"},
  logLevel: 'warning',
});
