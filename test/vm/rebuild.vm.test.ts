// SPDX-License-Identifier: MIT
// A build as a user's: in the root of the kernel's suite, which has its headers
// and its compiler, above a layer that is thrown away. What comes out is the
// module that the machine of the tests runs.
import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {beforeAll, describe, expect, inject, it} from 'vitest';
import {type BootFiles, prepare, REPOSITORY} from './runner/prepare.js';
import {makeScratch} from '../../src/lab/scratch.js';

/*
 * $1 scratch folder, $2 root of the suite, $3 modules of the kernel, $4 its
 * release, $5 the project, $6 node. Prints what each step printed behind its name.
 */
const SCRIPT = `
mount --make-rprivate /
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
root=$1/root release=$4
mount -t overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" overlay "$root"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
# Other tests build their modules in the suite's own /tmp meanwhile.
mount -t tmpfs tmpfs "$root/tmp"
mount --bind "$5" "$root/mnt"
touch "$root/usr/bin/node"
mount --bind "$6" "$root/usr/bin/node"
# Not every root has kmod.
[ -e "$root/usr/sbin/depmod" ] || {
	printf '#!/bin/sh\\necho updates/fguard.ko: >"/lib/modules/$1/modules.dep"\\n' >"$root/usr/sbin/depmod"
	chmod +x "$root/usr/sbin/depmod"
}
folder=$root/lib/modules/$release
mkdir -p "$folder/kernel" "$root/lib/modules/9.9.9-without-headers/kernel"
cp "$3/modules.order" "$folder/" 2>/dev/null || :
ln -sfn "/usr/src/linux-headers-$release" "$folder/build"

inside() {
	chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"
}
fguard() {
	inside node /mnt/bin/run.js "$@" 2>&1 || :
}
step() {
	printf '\\n=== %s\\n' "$1"
	shift
	"$@"
}
module=$folder/updates/fguard.ko

step named fguard rebuild --kernel "$release" --json
step listed grep '^updates/fguard.ko:' "$folder/modules.dep"
for field in vermagic srcversion; do
	step "$field" modinfo -F "$field" "$module"
	step "$field-there" modinfo -F "$field" "$3/updates/fguard.ko"
done
step all fguard rebuild --all --json
inside openssl req -new -x509 -newkey rsa:2048 -nodes -batch -subj '/CN=a key of the tests' \\
	-keyout /root/key.pem -out /root/cert.pem 2>/dev/null
step sign fguard rebuild --kernel "$release" --sign-key /root/key.pem --sign-cert /root/cert.pem --json
step signer modinfo -F signer "$module"
step unsigned fguard rebuild --kernel "$release" --json
step signer-kept modinfo -F signer "$module"
rm "$module"
rm -r "$root/var/cache/fguard"
fguard rebuild --kernel "$release" --json >"$1/first" &
fguard rebuild --kernel "$release" --json >"$1/second"
wait
step first cat "$1/first"
step second cat "$1/second"
cp "$module" "$1/before.ko"
inside cp -r /mnt/bin /mnt/dist /mnt/package.json /mnt/kmod /root/
echo 'int broken(' >>"$root/root/kmod/main.c"
step broken inside sh -c 'node /root/bin/run.js rebuild --kernel "$1" --json || :' sh "$release"
step kept cmp "$module" "$1/before.ko"
step left inside ls /tmp
`;

let files: BootFiles;
const steps = new Map<string, string>();

beforeAll(async () => {
  files = await prepare(inject('kernel'));
  const scratch = makeScratch();
  const {headers, modules, release} = files;
  const words = [scratch.dir, headers, modules, release, REPOSITORY, process.execPath];
  const args = ['--mount', 'bash', '-ec', SCRIPT, 'rebuild', ...words];
  try {
    const {stdout} = await promisify(execFile)('unshare', args, {maxBuffer: 64 << 20});
    for (const part of stdout.split('\n=== ').slice(1)) {
      const end = part.indexOf('\n');
      steps.set(part.slice(0, end), part.slice(end + 1).trim());
    }
  } finally {
    scratch.remove();
  }
});

const said = (step: string): string => steps.get(step) ?? `nothing of the step ${step}`;
const json = (step: string): unknown => JSON.parse(said(step));

const built = (cached: boolean, signer: string | null = null): object => ({
  kernel: files.release,
  file: `/lib/modules/${files.release}/updates/fguard.ko`,
  cached,
  signer,
  enrolled: null,
});

describe('a rebuild', () => {
  it('makes the module that the tests run, and installs it', () => {
    expect(json('named')).toEqual({modules: [built(false)], failed: []});
    expect(said('listed')).toMatch(/^updates\/fguard\.ko:/);
    expect(said('vermagic')).toBe(said('vermagic-there'));
    expect(said('srcversion')).toBe(said('srcversion-there'));
  });

  it('of all kernels takes from the cache, and names what one lacks', () => {
    // the root may have headers of other kernels, too
    expect(json('all')).toMatchObject({
      modules: expect.arrayContaining([built(true)]) as unknown,
      failed: [
        {
          kernel: '9.9.9-without-headers',
          code: 'EREQUIREMENT',
          next: ['sudo apt install linux-headers-9.9.9-without-headers'],
        },
      ],
    });
  });

  it('signs with a key that is given, and puts no unsigned module in the place of a signed one', () => {
    expect(json('sign')).toEqual({modules: [built(true, 'a key of the tests')], failed: []});
    expect(said('signer')).toBe('a key of the tests');
    expect(json('unsigned')).toMatchObject({error: {code: 'EUNSIGNED'}});
    expect(said('signer-kept')).toBe('a key of the tests');
  });

  it('waits for another, and finds what that built', () => {
    const results = ['first', 'second'].map((step) => json(step));
    expect(results).toContainEqual({modules: [built(false)], failed: []});
    expect(results).toContainEqual({modules: [built(true)], failed: []});
  });

  it("that fails shows the compiler's own words, and leaves the old module and nothing else", () => {
    expect(json('broken')).toMatchObject({
      error: {code: 'EBUILD', message: expect.stringMatching(/main\.c:\d+.*error:/)},
    });
    expect(said('kept')).toBe('');
    expect(said('left')).toBe('');
  });
});
