// SPDX-License-Identifier: MIT
import {FGUARD_TTL_MAX} from './uapi.gen.js';

const UNITS: Record<string, number> = {ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000};

/** Milliseconds of `10s`, `500ms`, `1.5h` …; undefined if invalid, below 1ms, or above the kernel's limit. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  if (match === null) return undefined;
  const [, amount = '', unit = ''] = match;
  const milliseconds = Math.round(Number(amount) * (UNITS[unit] ?? NaN));
  return milliseconds > 0 && milliseconds <= FGUARD_TTL_MAX ? milliseconds : undefined;
}

const LARGEST_FIRST = ['d', 'h', 'm', 's'] as const;

/** The two largest units of a time, such as 1h 30m; smaller ones are dropped. */
export function durationText(milliseconds: number): string {
  let rest = milliseconds;
  const parts: string[] = [];
  for (const unit of LARGEST_FIRST) {
    const size = UNITS[unit] ?? NaN;
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0) parts.push(`${amount}${unit}`);
    else if (parts.length > 0) break;
  }
  return parts.slice(0, 2).join(' ') || '0s';
}

/** The same time as one number and its unit, as parseDuration() takes it. */
export function exactDuration(milliseconds: number): string {
  const unit = LARGEST_FIRST.find((name) => milliseconds % (UNITS[name] ?? NaN) === 0);
  return unit === undefined ? `${milliseconds}ms` : `${milliseconds / (UNITS[unit] ?? NaN)}${unit}`;
}
