// SPDX-License-Identifier: MIT
// Keeps what V8 makes of the program, by the Node that runs this, in a file beside it:
// of all that a command runs until it asks the library, and nothing of what only some
// commands need, which each would read, too.
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
