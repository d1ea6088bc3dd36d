// SPDX-License-Identifier: MIT
import {createPrompt, useEffect, useKeypress, useRef, useState} from '@inquirer/core';
import {stdout} from 'node:process';

import {terminalSize} from '../terminal.js';
import {type Key, isQuit} from './keys.js';

/** What is on the screen until a key says something. */
export interface Screen<Choice> {
  lines(view: {columns: number; rows: number; ready: boolean}): string[];
  /** What a key means; undefined: nothing. */
  choice(key: Key): Choice | undefined;
}

/* Time stands still nowhere on the screen for longer than this. */
const TICK = 250;

/*
 * What was typed for the question before must not answer the one that has just
 * taken its place.
 */
const DEAF = 400;

/* What was drawn for another width, or before other programs wrote, cannot be painted over. */
const CLEAR_SCREEN = '\u001b[H\u001b[J';

type Redraw = () => void;
type Readline = Parameters<Parameters<typeof useEffect>[0]>[0];

function redrawOnChange(redraw: Redraw): () => void {
  const afresh = (): void => {
    stdout.write(CLEAR_SCREEN);
    redraw();
  };
  const timer = setInterval(redraw, TICK);
  const ready = setTimeout(redraw, DEAF);
  stdout.on('resize', afresh);
  return () => {
    clearInterval(timer);
    clearTimeout(ready);
    stdout.off('resize', afresh);
  };
}

/* Readline stops for Ctrl-Z by itself, but wants to be woken; Ctrl-D closes it. */
function followReadline(readline: Readline, redraw: Redraw, leave: () => void): void {
  readline.on('SIGCONT', () => {
    readline.resume();
    stdout.write(CLEAR_SCREEN);
    redraw();
  });
  readline.on('close', leave);
  /* The terminal is gone: whatever else is tried with it fails. */
  readline.on('error', leave);
}

/** Shows a screen and gives the choice made on it, or 'left'; it vanishes then. */
export const screenPrompt = createPrompt<unknown, Screen<unknown>>((screen, done) => {
  const [, setTicks] = useState(0);
  const ticks = useRef(0);
  const since = useRef(performance.now());
  const isReady = (): boolean => performance.now() - since.current >= DEAF;
  useEffect((readline) => {
    const redraw = (): void => {
      setTicks(++ticks.current);
    };
    followReadline(readline, redraw, () => {
      done('left');
    });
    return redrawOnChange(redraw);
  }, []);
  useKeypress((key, readline) => {
    /* Nothing is typed here: keys count as they are pressed. */
    readline.clearLine(0);
    if (isQuit(key)) done('left');
    const choice = isReady() ? screen.choice(key) : undefined;
    if (choice !== undefined) done(choice);
  });
  return screen.lines({...terminalSize(), ready: isReady()}).join('\n');
});
