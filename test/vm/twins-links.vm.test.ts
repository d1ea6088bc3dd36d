// SPDX-License-Identifier: MIT
// What a rule knows by another path, through an overlay or a mount, has other names there.
import {afterAll, afterEach, beforeAll, expect, it} from 'vitest';
import {useLab} from './helper/lab.js';
import {useRefusals} from './helper/refusal.js';
import {vm} from './runner/shared.js';

// /tmp/twins-links/
//   lower/file       made into merged/file, and mounted on bound; it is "treasure"
//   vault/file       another link of it, in a tree
//   merged/          an overlay; it has "chmod" and others, too, for each way to copy one up
const lab = useLab('twins-links');
const refuses = useRefusals(lab);
const WAYS = [
  'chmod',
  'chown',
  'truncate',
  'utimensat',
  'link',
  'open-write',
  'open-rdwr',
] as const;
const [merged, bound, vault] = [lab.path('merged/file'), lab.path('bound'), lab.path('vault')];

beforeAll(() =>
  vm.ok(
    `cd ${lab.directory} && modprobe overlay && mkdir lower upper work merged vault && touch bound &&
     printf treasure >lower/file && ln lower/file vault/file &&
     for way in ${WAYS.join(' ')}; do printf treasure >lower/$way; done && mount --bind lower/file bound &&
     mount -t overlay merged -o lowerdir=lower,upperdir=upper,workdir=work merged`,
  ),
);
afterEach(() => lab.guard.clear());
afterAll(() => vm.ok(`umount ${lab.path('merged')} ${bound}`));

it.each([
  ['made into an object of an overlay', merged],
  ['mounted', bound],
])('lets nobody in to another link of what is %s', async (_, path) => {
  const {id} = await lab.guard.add(vault, {tree: true, pids: [lab.owner.pid]});
  await lab.guard.add(path, {pids: [lab.owner.pid, lab.intruder.pid]});
  await refuses(['open', `${vault}/file`], 'read', {
    unchanged: () => lab.owner.show(`${vault}/file`),
    rule: id,
  });
  expect(await lab.intruder.do('open', path)).toBe('OK');
});

it.each(WAYS)('is guarded where an overlay has copied it to: by %s', async (way) => {
  const [path, upper] = [lab.path(`merged/${way}`), lab.path(`upper/${way}`)];
  const {id} = await lab.guard.add(path, {pids: [lab.owner.pid]});
  const to = way === 'link' ? [lab.path('merged/linked')] : [];
  expect(await lab.owner.do(way, path, ...to)).toBe('OK');
  await refuses(['open', upper], 'read', {unchanged: false, rule: id});
});
