#!/usr/bin/env node
// SPDX-License-Identifier: MIT
const {load} = require('./program.js');

/* As at the end of an ES module: what waits for nothing that can come has not been done. */
const unsettled = () => (process.exitCode ??= 13);

process.once('exit', unsettled);
void load()
  .exports.main()
  .finally(() => process.off('exit', unsettled));
