// SPDX-License-Identifier: MIT
// Writes V8's code cache of the program to a file beside it, for the Node that runs this.
// It covers what every command runs until it calls the library, but not code of single
// commands, which all others would have to read too.
import {createRequire} from 'node:module';

const {compile} = createRequire(import.meta.url)('../bin/program.js');

process.env.FGUARD_LIBRARY = '/nonexistent';
process.argv = [process.execPath, 'fguard', 'whois', String(process.pid), '--json'];
const {write} = process.stdout;
await compile(async ({main}) => {
  process.stdout.write = () => true;
  await main();
});
process.stdout.write = write;
process.exitCode = 0;
