// SPDX-License-Identifier: MIT

/** Nanoseconds since the epoch as ISO 8601 with microseconds, UTC. */
export function isoTime(nanoseconds: bigint): string {
  const micros = Number(nanoseconds / 1000n);
  const seconds = Math.floor(micros / 1e6);
  return `${isoSecond(seconds)}.${String(micros - seconds * 1e6).padStart(6, '0')}Z`;
}

let lastSecond = NaN;
let lastText = '';

/* Cached, because a stream has thousands of records within a second. */
function isoSecond(seconds: number): string {
  if (seconds !== lastSecond) {
    lastText = new Date(seconds * 1000).toISOString().slice(0, 19);
    lastSecond = seconds;
  }
  return lastText;
}

/** Local wall clock, HH:MM:SS.mmm, for people. */
export function clockTime(nanoseconds: bigint): string {
  const date = new Date(Number(nanoseconds / 1_000_000n));
  const pad = (value: number, width = 2): string => String(value).padStart(width, '0');
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => pad(part));
  return `${clock.join(':')}.${pad(date.getMilliseconds(), 3)}`;
}
