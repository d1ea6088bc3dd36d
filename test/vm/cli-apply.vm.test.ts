// SPDX-License-Identifier: MIT
// Node starts slowly in an emulated machine: few commands, each of which shows much.
import {afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Actor} from './helper/actor.js';
import {json} from './helper/cli.js';
import {useLab} from './helper/lab.js';
import {vm} from './runner/shared.js';

// /tmp/cli-apply/
//   secret, other   guarded by rules
//   one.yaml        secret and what ends in .one
//   two.yaml        secret, other and what ends in .two, on other terms
//   wrong.yaml      with a mistake in its third line
const lab = useLab('cli-apply');
const [secret, other] = [lab.path('secret'), lab.path('other')];
const [one, two, wrong] = [lab.path('one.yaml'), lab.path('two.yaml'), lab.path('wrong.yaml')];
const TERMINAL = {terminal: {rows: 24, columns: 100}};

const ONE = `rules: [{path: ${secret}}, {suffix: .one}]`;
const TWO = `rules:
  - {path: ${secret}, name: gem, ops: [read, write], strict: true, allow: {uids: [4711]}}
  - {path: ${other}, else: log}
  - {suffix: .two, errno: EPERM}`;
const WRONG = `rules:
  - path: ${other}
    opps: [read]`;

beforeAll(async () => {
  const write = (file: string, text: string) => `cat >${file} <<'END'\n${text}\nEND\n`;
  await vm.ok(`touch ${secret} ${other}`);
  await vm.ok(write(one, ONE) + write(two, TWO) + write(wrong, WRONG));
});

beforeEach(() => lab.guard.clear());

const rulesAre = (count: number) => lab.guard.until(({rules}) => rules === count);

const objects = async () => (await lab.guard.list()).map(({path, suffix}) => path ?? suffix);

/** What came of all that the intruder did since it was told to spin. */
async function stopIntruder(): Promise<string> {
  const counts = await lab.intruder.do('stat', secret);
  expect(await lab.intruder.answer()).toBe('OK');
  return counts;
}

describe('apply', () => {
  it('replaces the whole set in one step: nobody gets in between', async () => {
    await vm.ok(`fguard apply ${one}`);
    expect(await lab.intruder.do('spin', 'open', secret)).toBe('spinning');
    await vm.ok(`fguard apply ${two}`);
    expect(await stopIntruder()).toMatch(/^EACCES=\d+$/);
    expect(await objects()).toEqual([secret, other, '.two']);
  });

  it('changes nothing if a file is wrong, or with --dry-run', async () => {
    const {id} = await lab.guard.add(secret);
    const refused = await json(`fguard apply ${two} ${wrong} --json`, 1);
    expect(refused).toMatchObject({error: {message: expect.stringContaining(`${wrong}:3:5: `)}});
    expect(await json(`fguard apply ${two} --dry-run --json`)).toMatchObject({
      applied: false,
      added: [{match: {path: other}}, {match: {suffix: '.two'}}],
      changed: [{from: {id}, to: {name: 'gem'}}],
      rules: [{id}],
    });
    expect(await lab.guard.list()).toMatchObject([{id, path: secret}]);
  });

  it('makes the same set of what export prints, and leaves it alone then', async () => {
    await vm.ok(`fguard apply ${two}`);
    const before = await lab.guard.list();
    await vm.ok(`fguard export >${lab.path('all.yaml')} && fguard clear`);
    expect(await lab.guard.list()).toEqual([]);
    await vm.ok(`fguard apply ${lab.path('all.yaml')}`);
    const after = await lab.guard.list();
    expect(after).toEqual(before.map((rule) => ({...rule, id: expect.any(Number)})));
    await vm.ok(`fguard apply ${lab.path('all.yaml')}`);
    expect(await lab.guard.list()).toEqual(after);
  });

  it('activates a rule whose program is not installed yet, and lets it in once it is', async () => {
    const [program, later] = [lab.path('program'), lab.path('later.yaml')];
    const text = `rules: [{path: ${secret}, allow: {exes: [${program}]}}]`;
    await vm.ok(`cat >${later} <<'END'\n${text}\nEND`);
    const {code, stderr} = await vm.run(`fguard apply ${later}`);
    expect([code, stderr]).toEqual([0, expect.stringContaining(`${program} does not exist`)]);
    const rules = () => json('fguard rules --json');
    const pending = expect.stringContaining('does not exist') as string;
    expect(await rules()).toMatchObject({rules: [{allow: {exes: [program]}, pending}]});
    await vm.ok(
      `cp /bin/cat ${program}.new && mv ${program}.new ${program} && ${program} ${secret}`,
    );
    expect(await rules()).toMatchObject({rules: [{pending: null}]});
    expect((await vm.run(`/bin/cat ${secret}`)).code).not.toBe(0);
  });
});

describe('apply --confirm', () => {
  let family: Actor;

  beforeEach(async () => {
    family = await Actor.start();
    await lab.guard.add(secret, {pids: [family.pid], children: true, name: 'former'});
    // a descendant, which the number alone does not let in
    expect(await family.do('fork')).toBe('OK');
    expect(await family.do('open', secret)).toBe('OK');
  });

  afterEach(() => family.end());

  const former = async () => {
    expect(await lab.guard.list()).toMatchObject([{path: secret, name: 'former', flags: 9}]);
    expect(await family.do('open', secret)).toBe('OK');
    expect(await family.do('child', 'open', secret)).toBe('OK');
    expect(await lab.intruder.do('open', secret)).toBe('EACCES');
  };

  it('brings the former rules back when it is killed, with their processes, and nobody gets in', async () => {
    const apply = vm.spawn(['fguard', 'apply', two, '--confirm', '1h'], TERMINAL);
    await apply.waitFor('Keep the new rules?');
    expect(await objects()).toEqual([secret, other, '.two']);
    expect(await family.do('open', secret)).toBe('EACCES');
    expect(await lab.intruder.do('spin', 'open', secret)).toBe('spinning');
    apply.kill('SIGKILL');
    await rulesAre(1);
    expect(await stopIntruder()).toMatch(/^EACCES=\d+$/);
    await former();
  });

  it('brings them back when the terminal goes away, and keeps what was added meanwhile', async () => {
    const script = `fguard apply ${two} --confirm 1h`;
    const shell = vm.spawn(['script', '-qec', script, '/dev/null'], TERMINAL);
    await shell.waitFor('Keep the new rules?');
    const {id} = await lab.guard.add(lab.path('later'));
    // the process that holds the inner terminal
    await vm.ok(`kill -9 ${await shell.pid}`);
    await rulesAre(2);
    const rules = await lab.guard.list();
    expect(rules.map(({path}) => path).toSorted()).toEqual([lab.path('later'), secret]);
    expect(rules.map((rule) => rule.id)).not.toContain(id);
    await lab.guard.do('del', {path: lab.path('later')});
    await former();
  });

  it('brings them back when the time is over, and when told to', async () => {
    const late = await json(`fguard apply ${two} --confirm 10ms --json`, 1);
    expect(late).toMatchObject({error: {code: 'ENOTCONFIRMED'}});
    await former();
    const waiting = vm.spawn(`fguard apply ${two} --confirm 1h </dev/null`);
    await rulesAre(3);
    expect(await json('fguard apply --confirm no --json')).toMatchObject({confirmed: false});
    expect(await waiting.exit).toMatchObject({code: 1});
    await former();
  });

  it('keeps the new ones after Enter', async () => {
    const apply = vm.spawn(['fguard', 'apply', two, '--confirm', '1h'], TERMINAL);
    await apply.waitFor('Keep the new rules?');
    apply.write('\r');
    expect(await apply.exit).toMatchObject({code: 0});
    expect(await objects()).toEqual([secret, other, '.two']);
    expect(await family.do('open', secret)).toBe('EACCES');
  });
});
