#!/usr/bin/env node
// SPDX-License-Identifier: MIT
import {createRequire} from 'node:module';

/* Not "import", which would read the whole file once more to find its exports. */
const {main} = createRequire(import.meta.url)('../dist/lib/main.cjs');

await main();
