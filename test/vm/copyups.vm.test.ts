// SPDX-License-Identifier: MIT
// An ordinary user makes an overlay begin to copy up what a rule is about, and fail: what
// he makes next, in an overlay of his own, is not that copy.
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {useLab} from './helper/lab.js';
import {vm} from './runner/shared.js';

// /tmp/copyups/
//   {lower,upper,work,merged}/   an overlay with files of the user in lower
//   own/{0..5}                   what he copies up in overlays of his own
//   base/{lower,work,merged}/    to mount another
//   tree/secret                  his, but nobody may read it
//   place/                       where he mounts
const lab = useLab('copyups');
const at = (name: string) => lab.path(name);
const USER = ['setpriv', '--reuid=1234', '--regid=1234', '--clear-groups'];

let user: Actor;

beforeAll(async () => {
  await vm.ok(
    `modprobe overlay && cd ${lab.directory} &&
     mkdir lower upper work merged own base base/lower base/work base/merged tree place &&
     for n in secret public; do echo $n >lower/$n; done && echo secret >tree/secret &&
     for n in 0 1 2 3 4 5; do echo $n >own/$n; done &&
     chown -R 1234:1234 lower upper own base tree place &&
     mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged`,
  );
  user = await Actor.start({through: USER});
});

afterEach(() => lab.guard.clear());
afterAll(async () => {
  await user.end();
  await vm.ok(`umount ${at('merged')}`);
});

describe('copies that fail', () => {
  // by a ring, several are begun and made in one call
  it.each(['calls', 'ring'])('make a rule forget no file of a layer: %s', async (how) => {
    await lab.guard.add(at('merged/secret'), {ops: ['read']});
    expect(await user.do('open', at('lower/secret'))).toBe('EACCES');
    const words = [at('merged/secret'), at('lower/secret'), at('place'), at('own')];
    expect(await user.do('fail-copies', how, ...words)).toBe('EACCES');
    expect(await user.do('open', at('lower/secret'))).toBe('EACCES');
    expect(await user.do('open', at('own/0'))).toBe('OK');
  });

  it('make a file of a tree no part of what another rule is about', async () => {
    await lab.guard.add(at('merged/public'), {otherwise: 'log'});
    await lab.guard.add(at('tree'), {tree: true, ops: ['read']});
    const words = [at('merged/public'), at('base'), at('tree')];
    expect(await user.do('fail-copy-and-rename', ...words)).toBe('OK');
    expect(await user.do('open', at('tree/renamed'))).toBe('EACCES');
  });
});
