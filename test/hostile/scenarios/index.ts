// SPDX-License-Identifier: MIT
import type {Scenario} from '../scenario.js';
import {flood, signals} from './ask.js';
import {stress, trinity} from './foreign.js';
import {grab, renew, save} from './growth.js';
import {mappings} from './mappings.js';
import {names} from './names.js';
import {places} from './places.js';
import {programs} from './programs.js';
import {reload, rules} from './rules.js';
import {streams} from './streams.js';
import {exits, tracers} from './tasks.js';

export const scenarios: readonly Scenario[] = [
  names,
  rules,
  reload,
  grab,
  renew,
  save,
  exits,
  tracers,
  flood,
  signals,
  streams,
  mappings,
  places,
  programs,
  stress,
  trinity,
];
