// SPDX-License-Identifier: MIT
// Who counts as an answerer, of those that descend from it: whoever may trace one of them
// would get in as that.
import path from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {Answerer} from './helper/answerer.js';
import {PROGRAMS} from './helper/build.js';
import {useLab} from './helper/lab.js';
import {Lines} from './helper/lines.js';
import {Watcher} from './helper/watcher.js';
import {vm} from './runner/shared.js';

// /tmp/ask-kin/
//   vault/secret   asked about for everybody
//   go             made when a descendant is to open it
const lab = useLab('ask-kin');
const vault = lab.path('vault');
const secret = `${vault}/secret`;
const go = lab.path('go');
const NOBODY = 65534;
const [TRY, GUARD] = [path.join(PROGRAMS, 'try'), path.join(PROGRAMS, 'guard')];
/** Milliseconds; no test waits for it to pass. */
const LONG = 600_000;

let watcher: Watcher;

beforeAll(async () => {
  await vm.ok(`mkdir ${vault} && touch ${secret}`);
  watcher = await Watcher.start({paths: [secret]});
});

afterAll(() => watcher.end());

beforeEach(async () => {
  await vm.ok(['rm', '-f', go]);
  await lab.guard.add(vault, {tree: true, otherwise: 'ask', deadline: LONG});
});

afterEach(() => lab.guard.clear());

const [OWN, NEEDED] = [
  {verdict: 'allow', reason: 'grant'},
  {verdict: 'deny', reason: 'unaskable'},
];

let lines: Lines | undefined;
let asker: Actor | undefined;
let answerer: Answerer | undefined;

afterEach(async () => {
  lines?.process.kill('SIGKILL');
  await lines?.process.exit;
  await answerer?.end();
  await asker?.end();
  lines = asker = answerer = undefined;
});

it.each([
  ['of its user', '', OWN],
  ['of another user', `setpriv --reuid=${NOBODY}`, NEEDED],
  ['in a user namespace of its own', 'unshare -U', NEEDED],
] as const)('a child from before, %s', async (_, through, expected) => {
  lines = new Lines(
    vm.spawn(
      `(until [ -e ${go} ]; do :; done; exec ${through} ${TRY} open ${secret} >/dev/null) &
       exec ${GUARD} serve`,
    ),
  );
  expect(await lines.next()).toContain('serving');
  await vm.ok(['touch', go]);
  expect(await watcher.next()).toMatchObject({...expected, op: 'read'});
});

it.each([
  ['of its user', {}, 'OK', OWN],
  ['of another user', {user: NOBODY}, 'EACCES', NEEDED],
] as const)('a child from later, %s', async (_, policy, result, expected) => {
  asker = await Actor.start();
  answerer = await Answerer.start({verdict: 'allow', read: secret, child: true, ...policy});
  expect(await asker.do('open', secret)).toBe('OK');
  await answerer.question();
  expect(await answerer.next()).toEqual({type: 'read', errno: result});
  expect(await watcher.next()).toMatchObject({...expected, op: 'read'});
  expect(await watcher.next()).toMatchObject({verdict: 'allow', reason: 'answer'});
});
