// SPDX-License-Identifier: MIT
/* The thread that sends keep-alive messages to the service manager. */
import {workerData} from 'node:worker_threads';

import {sendDatagram} from './datagram.js';
import {SignsOfLife} from './signs-of-life.js';
import type {WatchdogSetup} from './watchdog.js';

const {path, interval, patience, beats} = workerData as WatchdogSetup;
const signs = new SignsOfLife(patience);

function report(): void {
  if (signs.areFresh(Atomics.load(beats, 0), performance.now())) sendDatagram(path, 'WATCHDOG=1');
}

// on a slow machine, half of the time is over when this thread has started
report();
setInterval(report, interval);
