// SPDX-License-Identifier: MIT
/*
 * Loaded before the command line (node --require). Counts the steps by which a command changes
 * anything, which are calls that change files, starts of programs and calls of the library
 * that change rules; before the step of the number in STOP_AT it sends itself the signal in STOP_BY. The steps go to the file STEPS.
 */
'use strict';
const childProcess = require('node:child_process');
const process = require('node:process');
const fs = require('node:fs');
const koffi = require('koffi');

const {STOP_AT, STOP_BY = 'SIGKILL', STEPS = '/dev/null'} = process.env;
const log = fs.openSync(STEPS, 'a');
const OWN = /\/oclif|\.theme|\/proc\/|\/dev\//;
let steps = 0;
let isWithin = false;

function step(name, what) {
  steps += 1;
  fs.writeSync(log, `${steps} ${name} ${what}\n`);
  if (steps === Number(STOP_AT)) process.kill(process.pid, STOP_BY);
}

for (const name of [
  'mkdirSync',
  'mkdtempSync',
  'writeFileSync',
  'copyFileSync',
  'linkSync',
  'chmodSync',
  'renameSync',
  'rmSync',
  'rmdirSync',
]) {
  const original = fs[name];
  fs[name] = (...words) => {
    if (!isWithin && !OWN.test(String(words[0]))) step(name, String(words[0]));
    // Node makes some of them of others
    const before = isWithin;
    isWithin = true;
    try {
      return original(...words);
    } finally {
      isWithin = before;
    }
  };
}

const {spawn} = childProcess;
childProcess.spawn = (program, words, ...rest) => {
  step('spawn', [program, ...words].join(' '));
  return spawn(program, words, ...rest);
};

const CHANGES = /fguard_(?:add|set|delete)_rules(?=\()/;
const {load} = koffi;
koffi.load = (...where) => {
  const library = load(...where);
  return {
    func: (prototype, ...rest) => {
      const call = library.func(prototype, ...rest);
      const name = CHANGES.exec(prototype)?.[0];
      if (name === undefined) return call;
      return (...words) => {
        step('call', name);
        return call(...words);
      };
    },
  };
};
