// SPDX-License-Identifier: MIT
// Copies the version of package.json to files that cannot read it from there: the
// module's sources, which are built elsewhere, and the packaging. `npm version` runs this.
import {readFileSync, writeFileSync} from 'node:fs';

const ROOT = new URL('../', import.meta.url);

const read = (path) => readFileSync(new URL(path, ROOT), 'utf8');

const change = (path, make) => {
  const before = read(path);
  const after = make(before);
  if (after !== before) writeFileSync(new URL(path, ROOT), after);
};

const replaceOnce = (pattern, line) => (text) => {
  if (text.match(pattern)?.length !== 1) throw new Error(`not one line to change for: ${line}`);
  return text.replace(pattern, line);
};

/* Adds an entry at the top, by the author of the previous one. */
const changelogEntry = (version) => (text) => {
  if (text.startsWith(`fguard (${version}) `)) return text;
  const by = /^ -- (.*) {2}/m.exec(text)?.[1];
  const date = new Date().toUTCString().replace('GMT', '+0000');
  return `fguard (${version}) unstable; urgency=medium\n\n  * Version ${version}.\n\n -- ${by}  ${date}\n\n${text}`;
};

const {version} = JSON.parse(read('package.json'));

change(
  'kmod/version.h',
  replaceOnce(/^#define FGUARD_VERSION .*$/gm, `#define FGUARD_VERSION "${version}"`),
);
change(
  'packaging/dkms.conf',
  replaceOnce(/^PACKAGE_VERSION=.*$/gm, `PACKAGE_VERSION="${version}"`),
);
change('packaging/debian/changelog', changelogEntry(version));
