// SPDX-License-Identifier: MIT
import {readFileSync} from 'node:fs';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';

import {Machine} from './machine.js';

const deb = process.env.FGUARD_DEB ?? '';
const {version} = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as {version: string};
const {commands} = JSON.parse(
  readFileSync(new URL('../../oclif.manifest.json', import.meta.url), 'utf8'),
) as {commands: Record<string, unknown>};
const ids = Object.keys(commands);

/* What apt and dpkg keep for themselves; all else is the package's doing. */
const FILES = `find / -xdev \\( -path /proc -o -path /dev -o -path /sys -o -path /tmp -o -path /var/log \
  -o -path /var/cache/apt -o -path /var/cache/man -o -path /var/cache/debconf -o -path /var/cache/ldconfig \
  -o -path /var/lib/apt -o -path /root -o -path /run/systemd \\) -prune -o ! -name '*-old' -print | sort`;

const UNITS = 'fguard.service fguard-log.service fguard-agent.service';

/** An earlier package: a file that is gone now, and the module's source of that version. */
const OLDER = `
set -e
cd /tmp
dpkg-deb -R "$DEB" older
sed -i 's/^Version: .*/Version: 0.0.9/' older/DEBIAN/control
touch older/usr/lib/fguard/gone
mv older/usr/src/fguard-* older/usr/src/fguard-0.0.9
ln -sfn ../../src/fguard-0.0.9 older/usr/lib/fguard/kmod
(cd older && find . -path ./DEBIAN -prune -o -type f -printf '%P\\0' | xargs -0 md5sum >DEBIAN/md5sums)
dpkg-deb --root-owner-group -Znone -b older older.deb
rm -r older
`;

describe.each(['bookworm', 'trixie'])('the package on a plain %s', (suite) => {
  let machine: Machine;
  let before: string;
  let others: string[];

  beforeAll(async () => {
    machine = await Machine.start(suite);
    const file = await machine.bring(deb);
    await machine.ok(`apt-get update && ln -s ${file} /tmp/fguard.deb`);
    await machine.ok(`DEB=/tmp/fguard.deb; ${OLDER}`);
    before = await machine.ok(FILES);
    others = await packages();
  });

  afterAll(() => machine.end());

  const packages = async (): Promise<string[]> =>
    (await machine.ok("dpkg-query -W -f '${Package}\n'")).trim().split('\n');

  const install = (file: string): Promise<string> =>
    machine.ok(`apt-get install -y --no-install-recommends ${file}`);

  it('finds all that it recommends', async () => {
    const plan = await machine.ok('apt-get install -s /tmp/fguard.deb');
    for (const name of ['fguard', 'libmnl0', 'make', 'gcc', 'linux-headers-amd64'])
      expect(plan).toMatch(new RegExp(`^Inst ${name} `, 'm'));
  });

  it('installs', async () => {
    await install('/tmp/older.deb');
    expect(await machine.ok('dpkg --audit')).toBe('');
    expect(await machine.ok('ls /usr/lib/fguard/gone /usr/src')).toContain('fguard-0.0.9');
  });

  it('is upgraded: old files go, what the administrator wrote stays', async () => {
    await machine.ok('echo "rules: []" >/etc/fguard/rules.d/mine.yaml');
    await install('/tmp/fguard.deb');
    expect(await machine.ok('ls /usr/src /usr/lib/fguard /etc/fguard/rules.d')).not.toMatch(
      /0\.0\.9|gone/,
    );
    expect(await machine.ok('cat /etc/fguard/rules.d/mine.yaml')).toBe('rules: []\n');
    expect(await machine.ok('dpkg --verify fguard')).toBe('');
  });

  it('has a command that runs on its own Node', async () => {
    expect(await machine.ok('fguard --version')).toMatch(
      new RegExp(`^fguard/${version} linux-x64 node-v2\\d`),
    );
    const status = await machine.run('fguard status --json');
    expect(JSON.parse(status.stdout)).toMatchObject({error: {code: 'ENOTLOADED'}});
    expect([status.code, status.stderr]).toEqual([3, '']);
  });

  it('says what a build needs, by the packages of this Debian', async () => {
    const failed = await machine.run(
      'mkdir -p /lib/modules/9.9 && fguard rebuild --kernel 9.9 --json; code=$?; rmdir --ignore-fail-on-non-empty /lib/modules/9.9 /lib/modules; exit $code',
    );
    expect(failed.code).toBe(1);
    expect(JSON.parse(failed.stdout)).toMatchObject({error: {code: 'EREQUIREMENT'}});
  });

  it('has the library where programs find it, and its header', async () => {
    expect(await machine.ok('ldconfig -p')).toContain('/libfguard.so.0');
    await machine.ok('test -e /usr/include/fguard.h -a -e /usr/lib/x86_64-linux-gnu/libfguard.so');
    expect(await machine.ok('cat /usr/lib/x86_64-linux-gnu/pkgconfig/libfguard.pc')).toContain(
      `Version: ${version}`,
    );
  });

  it('has a page of the manual for each command, and man finds nothing wrong in them', async () => {
    const pages = ['fguard', ...ids.map((id) => `fguard-${id.replace(':', '-')}`)];
    const found = await machine.ok(`man -w ${pages.join(' ')}`);
    expect(found.trim().split('\n')).toHaveLength(pages.length);
    const shown = await machine.run(
      `for page in ${pages.join(' ')}; do MANWIDTH=80 man --warnings $page >/dev/null || exit; done`,
    );
    expect(shown).toMatchObject({code: 0, stderr: ''});
    expect(await machine.ok('man fguard-rules | cat')).toContain('EXIT STATUS');
    expect(await machine.ok('man 5 fguard-rules | cat')).toContain('KEYS OF A RULE');
    expect(await machine.ok('man 5 fguard-policy | cat')).toContain('KEYS OF AN ENTRY');
    expect(await machine.ok('man 7 fguard | cat')).toContain('SUBJECTS');
  });

  it('completes commands, flags and values in bash', async () => {
    const complete = (words: string): Promise<string> =>
      machine.ok(`. /usr/share/bash-completion/completions/fguard
        COMP_WORDS=(${words} '') COMP_CWORD=${words.split(' ').length}
        _fguard && echo "\${COMPREPLY[@]}"`);
    expect((await complete('fguard')).trim().split(' ')).toEqual(
      expect.arrayContaining(['protect', 'service', 'help']),
    );
    expect(await complete('fguard service')).toBe('install remove\n');
    expect(await complete('fguard protect --else')).toMatch(/\bdeny\b.*\n/);
    expect(await complete('fguard watch --user')).toContain('root');
  });

  it('completes in fish', async () => {
    const complete = (line: string): Promise<string> =>
      machine.ok(
        `fish --no-config -c 'source /usr/share/fish/vendor_completions.d/fguard.fish; complete -C "${line}"'`,
      );
    expect(await complete('fguard unp')).toMatch(/^unprotect\t/);
    expect(await complete('fguard service ')).toMatch(/^install\t.*\n^remove\t/m);
    expect(await complete('fguard protect --str')).toMatch(/^--strict\t/);
    expect(await complete('fguard protect --else d')).toMatch(/^deny/);
    expect(await complete('fguard protect /etc/host')).toMatch(/\/etc\/hostname/);
  });

  it('completes in zsh', async () => {
    const loaded = await machine.run(
      `zsh -fc 'autoload -U compinit && compinit -D && echo $_comps[fguard] && autoload +X _fguard && functions _fguard'`,
    );
    expect(loaded.stderr).toBe('');
    expect(loaded.stdout).toMatch(/^_fguard\n/);
    expect(loaded.stdout).toContain('--until-exit');
  });

  it('has units that systemd finds nothing wrong in', async () => {
    const verified = await machine.run(
      `systemd-analyze verify --man=no ${UNITS} fguard-module.service 2>&1 | grep fguard; exit 0`,
    );
    expect(verified.stdout).toBe('');
  });

  it('takes with it what was enabled and built, and leaves the configuration', async () => {
    await machine.ok(`systemctl enable ${UNITS}`);
    await machine.ok(
      'mkdir -p /lib/modules/9.9/updates && touch /lib/modules/9.9/updates/fguard.ko',
    );
    await machine.ok('mkdir -p /var/cache/fguard/modules/x /var/lib/fguard/mok');
    await machine.ok('apt-get remove -y fguard');
    const left = await machine.run(
      'ls /lib/modules/9.9/updates; command -v fguard; systemctl is-enabled fguard',
    );
    expect(left.stdout).not.toContain('enabled\n');
    expect(left.stdout).not.toContain('fguard.ko');
    expect(left.stdout).not.toContain('/usr/bin/fguard');
    expect(await machine.ok('ls /etc/fguard/rules.d')).toBe('mine.yaml\n');
    await machine.ok('rmdir --ignore-fail-on-non-empty /lib/modules/9.9 /lib/modules');
  });

  it('leaves nothing when it is purged', async () => {
    await machine.ok('apt-get purge -y fguard');
    // what came with it, which others may recommend, and then keep
    const came = (await packages()).filter((name) => !others.includes(name));
    expect(came).toContain('libmnl0');
    await machine.ok(`apt-get purge -y ${came.join(' ')}`);
    expect((await machine.ok(FILES)).split('\n')).toEqual(before.split('\n'));
  });
});
