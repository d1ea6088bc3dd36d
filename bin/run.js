#!/usr/bin/env node
// SPDX-License-Identifier: MIT
import {execute} from '@oclif/core';

await execute({loadOptions: {root: import.meta.dirname, userPlugins: false}});
