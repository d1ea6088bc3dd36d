// SPDX-License-Identifier: MIT
// What binfmt_misc hands to an interpreter as an open descriptor, that reads.
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {useLab} from './helper/lab.js';
import {isCloud, isSince} from './helper/release.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/handed/
//   formats/         binfmt_misc, of root
//   own/             the same, of a user
//   lower/x.handed   an executable that `cat` runs
//   merged/          made of lower/
const lab = useLab('handed');
const [ALLOWED, NOBODY] = [4242, 65534];
const OWN = `:own:E::handed::/bin/cat:O`;
const ROOTS = `:roots:E::handed::/bin/cat:O`;

const as = (uid: number): string =>
  `setpriv --reuid=${uid} --regid=${uid} --clear-groups --bounding-set=-all`;

/** `cat` reads its standard input, which is what it is handed: the lowest number is free. */
const running = (file: string): string => `exec ${file} - <&-`;

async function run(uid: number, script: string): Promise<string> {
  return (await vm.run(`${as(uid)} sh -c '${script}' 2>&1`)).stdout;
}

beforeAll(async () => {
  await vm.ok(
    `cd ${lab.directory} && mkdir formats own lower upper work merged && chmod 755 . &&
     printf treasure >lower/x.handed && chmod 755 lower/x.handed &&
     mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work none merged`,
  );
});

afterAll(() => vm.ok(`umount ${lab.path('merged')}`));

async function expectNotHanded(file: string, attempt: (uid: number) => Promise<string>) {
  const {id} = await lab.guard.add(file, {uids: [ALLOWED], ops: ['read']});
  const watcher = await Watcher.start({verdict: 'deny', uids: [NOBODY]});
  expect(await attempt(ALLOWED)).toBe('treasuretreasure');
  expect(await attempt(NOBODY)).not.toContain('treasure');
  expect(await watcher.next()).toMatchObject({op: 'read', rule: id, comm: 'sh'});
  await watcher.end();
  await lab.guard.clear();
}

describe.skipIf(isCloud)('a file that root lets an interpreter have', () => {
  beforeAll(async () => {
    await vm.ok(
      `cd ${lab.directory} && mount -t binfmt_misc none formats && echo '${ROOTS}' >formats/register`,
    );
  });
  afterAll(() =>
    vm.ok(`cd ${lab.path('formats')} && echo -1 >roots && cd / && umount ${lab.path('formats')}`),
  );

  it.each([
    ['itself', 'lower/x.handed', 'lower/x.handed'],
    ['what another is made of', 'lower/x.handed', 'merged/x.handed'],
    ['what is made of another', 'merged/x.handed', 'merged/x.handed'],
  ])('is guarded: %s', async (_, guarded, run_) => {
    await expectNotHanded(lab.path(guarded), (uid) => run(uid, running(lab.path(run_))));
  });
});

describe.skipIf(isCloud || !isSince('6.7'))('a file that a user lets an interpreter have', () => {
  it('is guarded', async () => {
    const own = lab.path('own');
    const script = `mount -t binfmt_misc none ${own} && echo "${OWN}" >${own}/register && `;
    await expectNotHanded(lab.path('lower/x.handed'), async (uid) => {
      const words = script + running(lab.path('lower/x.handed'));
      return (await vm.run(`${as(uid)} unshare -Urm sh -c '${words}' 2>&1`)).stdout;
    });
  });
});
