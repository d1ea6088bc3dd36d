// SPDX-License-Identifier: MIT
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

/** A file of this package. */
export const packageFile = (path: string): string =>
  fileURLToPath(new URL(`../../${path}`, import.meta.url));

export function packageVersion(): string {
  const text = readFileSync(packageFile('package.json'), 'utf8');
  return (JSON.parse(text) as {version: string}).version;
}
