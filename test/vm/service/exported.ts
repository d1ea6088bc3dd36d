// SPDX-License-Identifier: MIT
/* A directory that the guest exports to itself, and mounts: what is tried there is done by nfsd. */
import {PATIENCE} from '../runner/patience.js';
import type {Vm} from '../runner/vm.js';
import {type Entry, entries} from './journal.js';
import {until, write} from './machine.js';

const START_TIME = 300_000 * PATIENCE;

/** Where the exported file system is, and where it is mounted over NFS. */
export const EXPORT = '/srv/export';
export const MOUNTS = {'NFS 4.2': '/mnt/four', 'NFS 3': '/mnt/three'} as const;
export type Version = keyof typeof MOUNTS;
const OPTIONS: Record<Version, string> = {'NFS 4.2': 'vers=4.2', 'NFS 3': 'vers=3,nolock'};

/** The one program that every rule lets in; nfsd has none. */
export const LET_IN = '/usr/bin/sha256sum';

/*
 * /srv/export/            a file system of its own, in which all may do everything
 * ├── secret, absent      guarded; the second does not exist
 * ├── vault/kept, empty/  guarded as a tree
 * ├── letter.docx         guarded by its suffix, below /srv/export
 * └── free/file, more     not guarded
 */
const RULES = `rules:
  - {path: ${EXPORT}/secret, allow: {exes: [${LET_IN}]}}
  - {path: ${EXPORT}/absent, allow: {exes: [${LET_IN}]}}
  - {path: ${EXPORT}/vault, tree: true, allow: {exes: [${LET_IN}]}}
  - {path: ${EXPORT}, suffix: .docx, allow: {exes: [${LET_IN}]}}`;

/** The names that the rules are about; some do not exist. */
export const GUARDED = {
  path: {file: 'secret', absent: 'absent'},
  tree: {file: 'vault/kept', absent: 'vault/absent'},
  suffix: {file: 'letter.docx', absent: 'absent.docx'},
} as const;

/** Makes the file system, exports and mounts it. */
export async function serve(vm: Vm): Promise<void> {
  await vm.ok(
    `mkdir -p ${EXPORT} ${Object.values(MOUNTS).join(' ')} && truncate -s 64M /var/export.img &&
     modprobe loop && mkfs.ext4 -q -N 256 /var/export.img && mount -o loop /var/export.img ${EXPORT} &&
     cd ${EXPORT} && mkdir -p vault/empty free &&
     for file in secret vault/kept letter.docx free/file free/more; do echo treasure >$file; done &&
     chmod -R a+rwX .`,
  );
  await write(vm, '/etc/exports', `${EXPORT} *(rw,no_root_squash,no_subtree_check)`);
  await vm.ok('systemctl start nfs-server', {timeout: START_TIME});
  await mount(vm);
}

export async function mount(vm: Vm): Promise<void> {
  for (const version of Object.keys(MOUNTS) as Version[])
    await vm.ok(
      `mount -t nfs -o ${OPTIONS[version]},soft,timeo=600 127.0.0.1:${EXPORT} ${MOUNTS[version]}`,
    );
}

/** Puts rules in force, and with them the service, which writes refusals into the journal. */
export async function guard(vm: Vm, rules = RULES): Promise<void> {
  await write(vm, '/etc/fguard/rules.d/nfs.yaml', rules);
  // the first time the module and several programs of Node start
  await vm.ok('systemctl reload fguard || fguard service install', {timeout: START_TIME});
}

/** Everything that an access could change of what is guarded, as seen on the server. */
export const picture = (vm: Vm): Promise<string> =>
  vm.ok(
    `cd ${EXPORT}; set -- secret absent vault vault/kept vault/empty vault/absent letter.docx absent.docx;
     { stat -c '%n %i %h %s %a %u %g %Y' "$@"; ${LET_IN} secret vault/kept letter.docx;
       getfacl -n "$@"; getfattr -d "$@"; } 2>&1; true`,
  );

/** The time in the guest, as journalctl takes it; a cursor and a match together lose an entry. */
export const now = async (vm: Vm): Promise<string> => (await vm.ok('date +@%s.%6N')).trim();

/** The refusals since then, as soon as there is one that matches. */
export async function refusals(vm: Vm, since: string, matches: string): Promise<Entry[]> {
  const words = `--since=${since} FGUARD_VERDICT=deny`;
  await until(vm, `[ -n "$(journalctl -q -b -n 1 -o cat ${words} ${matches})" ]`);
  return entries(vm, words);
}

/** The threads of the server. */
export async function servers(vm: Vm): Promise<string[]> {
  const files = await vm.ok('grep -lx nfsd /proc/[0-9]*/comm');
  return files.match(/\d+/g) ?? [];
}
