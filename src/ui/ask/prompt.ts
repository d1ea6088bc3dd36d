// SPDX-License-Identifier: MIT
import {createPrompt, useEffect, useKeypress, useRef, useState} from '@inquirer/core';
import {stdout} from 'node:process';

import {terminalSize} from '../terminal.js';
import {type Key, isQuit} from './keys.js';

/** A screen that is shown until a key makes a choice. */
export interface Screen<Choice> {
  lines(view: {columns: number; rows: number; ready: boolean}): string[];
  /** What a key means; undefined: nothing. */
  choice(key: Key): Choice | undefined;
}

/* How often the countdown is redrawn. */
const TICK = 250;

/* A key typed for the previous question must not answer the one that has just replaced it. */
const DEAF = 400;

/* After a change of width, or output of other programs, the old screen cannot be overwritten. */
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

/* Readline handles Ctrl-Z itself, but has to be resumed; Ctrl-D closes it. */
function followReadline(readline: Readline, redraw: Redraw, leave: () => void): void {
  readline.on('SIGCONT', () => {
    readline.resume();
    stdout.write(CLEAR_SCREEN);
    redraw();
  });
  readline.on('close', leave);
  /* The terminal is gone, so any other operation on it would fail. */
  readline.on('error', leave);
}

/** Shows a screen, returns the choice made on it, or 'left', and removes the screen. */
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
    /* No line editing: each key takes effect when it is pressed. */
    readline.clearLine(0);
    if (isQuit(key)) done('left');
    const choice = isReady() ? screen.choice(key) : undefined;
    if (choice !== undefined) done(choice);
  });
  return screen.lines({...terminalSize(), ready: isReady()}).join('\n');
});
