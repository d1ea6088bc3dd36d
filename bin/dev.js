#!/usr/bin/env -S node --import tsx
// SPDX-License-Identifier: MIT
import {main} from '../src/main.ts';

await main(true);
