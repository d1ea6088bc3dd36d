// SPDX-License-Identifier: MIT
// Builds dist/ from src/: one file for the program, one for each of its threads, and one
// for the process that keeps the old rules (apply --confirm). Node takes longer to load
// hundreds of small files than to run most commands. Large libraries that few commands
// need are separate files.
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
  // as deep as the sources, because the code looks for files of the package two levels up
  outdir: 'dist/lib',
  outExtension: {'.js': '.cjs'},
  // ES modules are slower to load, and some dependencies need require()
  format: 'cjs',
  platform: 'node',
  target: 'node20.17',
  bundle: true,
  plugins: [large],
  // koffi has a native part; oclif needs a compiler only in development
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
