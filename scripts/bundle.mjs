// SPDX-License-Identifier: MIT
// Makes dist/ from src/: a file for the program, one for each of its threads, one
// for the process that holds rules which may come back. Node needs longer to find
// and load some hundred small files than to do what most commands do; what few of
// them need, and is large, is a file of its own.
import {build} from 'esbuild';
import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const large = {
  name: 'large',
  setup({onResolve}) {
    onResolve({filter: /^(?:ajv|js-yaml)$/}, ({path, kind}) =>
      kind === 'entry-point' ? undefined : {path: `./${path}.cjs`, external: true},
    );
  },
};

rmSync(`${root}dist`, {recursive: true, force: true});
await build({
  absWorkingDir: root,
  entryPoints: {
    main: 'src/main.ts',
    reader: 'src/native/reader.ts',
    'watchdog-thread': 'src/linux/libc/watchdog-thread.ts',
    keeper: 'src/services/rule-files/keeper.ts',
    ajv: 'ajv',
    'js-yaml': 'js-yaml',
  },
  // as deep as the sources, which look for files of the package two levels up
  outdir: 'dist/lib',
  outExtension: {'.js': '.cjs'},
  // ES modules cost more to load, and some of what is bundled needs require()
  format: 'cjs',
  platform: 'node',
  target: 'node20.17',
  bundle: true,
  plugins: [large],
  // koffi has a compiled part; oclif asks for a compiler only in development
  external: ['koffi', 'typescript'],
  define: {'import.meta.url': 'importMetaUrl'},
  banner: {js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;"},
  logLevel: 'warning',
});

/* See bin/program.js. */
const program = `${root}dist/lib/main.cjs`;
const importModule = "const {importModule} = require('../../bin/program.js');";
const text = readFileSync(program, 'utf8').replace(/\bimport\(/g, 'importModule(');
writeFileSync(program, `${importModule}${text}`);
