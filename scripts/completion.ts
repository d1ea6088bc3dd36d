// SPDX-License-Identifier: MIT
// Writes the completion script of a shell, generated from the commands' metadata:
// completion.ts bash|zsh|fish FILE
import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';

import {bashCompletion} from './completion/bash.js';
import {fishCompletion} from './completion/fish.js';
import {zshCompletion} from './completion/zsh.js';
import {readSurface} from './surface.js';

const SHELLS = new Map([
  ['bash', bashCompletion],
  ['zsh', zshCompletion],
  ['fish', fishCompletion],
]);

const [, , shell = '', file] = process.argv;
const complete = SHELLS.get(shell);
if (complete === undefined || file === undefined)
  throw new Error('completion.ts bash|zsh|fish FILE');
mkdirSync(path.dirname(file), {recursive: true});
writeFileSync(file, complete(readSurface()));
