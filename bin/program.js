// SPDX-License-Identifier: MIT
/*
 * Loads the program. Compiling it takes longer than most commands do, so what V8 made
 * of it when the package was built lies beside it. V8 itself refuses that of another
 * version, or for other flags, but compares the length of the text alone, and crashes on
 * wrong data: hence the sum. These files are no ES modules, since Node needs longer to load one.
 */
const {createHash} = require('node:crypto');
const {readFileSync, writeFileSync} = require('node:fs');
const Module = require('node:module');
const {dirname, join} = require('node:path');
const {Script} = require('node:vm');

const file = join(__dirname, '../dist/lib/main.cjs');
const compiledFile = `${file}.compiled`;

/* What stands in front, of all else that is read here. */
const SUM = 32;

const sum = (text, data) => createHash('sha256').update(text).update(data).digest();

function readCompiled(text) {
  try {
    const bytes = readFileSync(compiledFile);
    const data = bytes.subarray(SUM);
    return sum(text, data).equals(bytes.subarray(0, SUM)) ? data : undefined;
  } catch {
    return undefined;
  }
}

/** As require() would load it; what is bundled is all ASCII. */
function load(text, cachedData) {
  const module = new Module(file);
  module.filename = file;
  const script = new Script(Module.wrap(text.latin1Slice()), {filename: file, cachedData});
  require.cache[file] = module;
  const run = script.runInThisContext();
  run.call(module.exports, module.exports, Module.createRequire(file), module, file, dirname(file));
  module.loaded = true;
  return {script, exports: module.exports};
}

/** Loads the program, compiled if that can be. */
exports.load = () => {
  const text = readFileSync(file);
  const cachedData = readCompiled(text);
  const {script, exports} = load(text, cachedData);
  return {exports, rejected: cachedData === undefined || script.cachedDataRejected};
};

/** The program's import(): what V8 keeps has none in Node 20. */
exports.importModule = (name) => import(name);

/** For the build: keeps what V8 has made, once the program has run for a while. */
exports.compile = async (run) => {
  const text = readFileSync(file);
  const {script, exports} = load(text);
  await run(exports);
  const data = script.createCachedData();
  writeFileSync(compiledFile, Buffer.concat([sum(text, data), data]));
};
