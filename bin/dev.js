#!/usr/bin/env -S node --import tsx
// SPDX-License-Identifier: MIT
import {execute} from '@oclif/core';

await execute({development: true, loadOptions: {root: import.meta.dirname, userPlugins: false}});
