#!/usr/bin/env -S node --import tsx
// SPDX-License-Identifier: MIT
void import('../src/main.ts').then(({main}) => main(true));
