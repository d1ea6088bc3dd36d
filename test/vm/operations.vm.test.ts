// SPDX-License-Identifier: MIT
import {afterEach, beforeAll, describe, expect, it} from 'vitest';
import {Answerer} from './helper/answerer.js';
import type {RuleRequest} from './helper/guard.js';
import {useLab} from './helper/lab.js';
import {useRefusals} from './helper/refusal.js';
import {vm} from './runner/shared.js';

// /tmp/operations/
//   vault/        a tree
//     app         a path in it, about other operations
//   free/
const lab = useLab('operations');
const refuses = useRefusals(lab);
const vault = lab.path('vault');
const app = `${vault}/app`;

beforeAll(async () => {
  await vm.ok(`mkdir ${vault} ${lab.path('free')} && printf treasure >${app}`);
});

afterEach(async () => {
  await lab.guard.clear();
  expect(await vm.ok(`cat ${app}`)).toBe('treasure');
});

const unchanged = (): Promise<string> => lab.owner.show(app);

async function rules(
  tree: RuleRequest,
  file: RuleRequest,
): Promise<Record<'tree' | 'file', number>> {
  return {
    tree: (await lab.guard.add(vault, {...tree, tree: true})).id,
    file: (await lab.guard.add(app, file)).id,
  };
}

/** Ways to open for reading and writing in one: as such, and by access mode 3. */
const BOTH = ['open-rdwr', 'open-ioctl'] as const;

describe('an access that asks for several operations', () => {
  it.each(BOTH)('by %s is refused the one that the outer rule refuses', async (route) => {
    const {tree} = await rules({}, {ops: ['write'], pids: [lab.intruder.pid]});
    await refuses([route, app], 'read', {unchanged, rule: tree});
    expect(await lab.intruder.do('open-write', app)).toBe('OK');
  });

  it.each(BOTH)('by %s is refused the one that the inner rule refuses', async (route) => {
    const {file} = await rules({pids: [lab.intruder.pid]}, {ops: ['read']});
    await refuses([route, app], 'read', {unchanged, rule: file});
    expect(await lab.intruder.do('open-write', app)).toBe('OK');
  });

  it.each(BOTH)('by %s writes only where writing is let in', async (route) => {
    const {tree} = await rules({}, {ops: ['read'], pids: [lab.intruder.pid]});
    await refuses([route, app], 'write', {unchanged, rule: tree});
    expect(await lab.intruder.do('open', app)).toBe('OK');
  });

  it('without a name is decided in its directory likewise', async () => {
    const outer = (await lab.guard.add(lab.directory, {tree: true, ops: ['read']})).id;
    await lab.guard.add(vault, {tree: true, ops: ['write'], pids: [lab.intruder.pid]});
    await refuses(['open-tmpfile', vault], 'read', {
      unchanged,
      path: expect.anything(),
      rule: outer,
    });
  });

  it('is explained as it is decided', async () => {
    const {tree, file} = await rules({}, {ops: ['write'], pids: [lab.intruder.pid]});
    expect(await lab.guard.explain(app, 'read', lab.intruder.pid)).toMatchObject({rule: tree});
    expect(await lab.guard.explain(app, 'write', lab.intruder.pid)).toMatchObject({rule: file});
  });

  it('mapped for both, by a descriptor from before, is refused either', async () => {
    expect(await lab.intruder.do('hold', app)).toBe('OK');
    const {tree} = await rules(
      {strict: true},
      {ops: ['write'], strict: true, pids: [lab.intruder.pid]},
    );
    await refuses(['fd-mmap-shared', app], 'read', {unchanged, rule: tree});
    await lab.guard.clear();
    const inner = await rules(
      {strict: true, pids: [lab.intruder.pid]},
      {ops: ['write'], strict: true},
    );
    await refuses(['fd-mmap-shared', app], 'write', {unchanged, rule: inner.file});
  });
});

describe('an access of which several operations are asked about', () => {
  const LONG = 600_000;
  const forever = 'forever';

  it('is refused by one remembered answer, whatever the others say', async () => {
    await lab.guard.add(app, {otherwise: 'ask', deadline: LONG});
    const answerer = await Answerer.start();
    const [reads] = await Promise.all([
      lab.owner.do('open', app),
      answerer.reply({verdict: 'deny', lifetime: forever}),
    ]);
    const [writes] = await Promise.all([
      lab.owner.do('open-write', app),
      answerer.reply({verdict: 'allow', lifetime: forever}),
    ]);
    expect([reads, writes]).toEqual(['EACCES', 'OK']);
    expect(await lab.owner.do('open-rdwr', app)).toBe('EACCES');
    expect(await lab.owner.do('open-write', app)).toBe('OK');
    await answerer.end();
  });

  it('is asked by each rule about its own', async () => {
    await lab.guard.add(vault, {tree: true, otherwise: 'ask', deadline: LONG});
    await lab.guard.add(app, {ops: ['write'], otherwise: 'ask', deadline: LONG});
    const answerer = await Answerer.start();
    const opened = lab.owner.do('open-rdwr', app);
    expect(await answerer.reply({verdict: 'allow'})).toMatchObject({op: 'write'});
    expect(await answerer.reply({verdict: 'deny'})).toMatchObject({op: 'read'});
    expect(await opened).toBe('EACCES');
    await answerer.end();
  });
});

describe('what is refused something of', () => {
  const free = lab.path('free');
  const out = `${free}/out`;

  afterEach(async () => {
    await lab.guard.clear();
    await vm.ok(`rm -rf ${out} ${vault}/dir`);
  });

  it.each([
    ['rename', 'rename'],
    ['rename-noreplace', 'rename'],
    ['uring-rename', 'rename'],
    ['link', 'link'],
    ['link-proc', 'link'],
  ] as const)('in a tree is not taken out of it by %s', async (route, op) => {
    const {id} = await lab.guard.add(vault, {tree: true, ops: ['read']});
    await refuses([route, app, out], op, {unchanged, rule: id});
    expect(await lab.intruder.do('stat', out)).toBe('ENOENT');
  });

  it('is not taken along with a directory, nor by an exchange', async () => {
    await vm.ok(`mkdir ${vault}/dir && cp ${app} ${vault}/dir/file && touch ${out}`);
    const {id} = await lab.guard.add(vault, {tree: true, ops: ['read']});
    await refuses(['rename', `${vault}/dir`, `${free}/other`], 'rename', {unchanged, rule: id});
    await refuses(['rename-exchange', app, out], 'rename', {unchanged, rule: id});
    await refuses(['rename-exchange', out, app], 'rename', {unchanged, rule: id});
  });

  it('keeps its name, if that is what is guarded', async () => {
    const {id} = await lab.guard.add(app, {ops: ['read']});
    await refuses(['rename', app, out], 'rename', {unchanged, rule: id});
    await refuses(['link', app, out], 'link', {unchanged, rule: id});
    await vm.ok(`printf treasure >${out}`);
    expect(await lab.intruder.do('rename', out, app)).toBe('OK');
    await refuses(['open', app], 'read', {unchanged, rule: id});
  });

  it('keeps its suffix, and stays where that counts', async () => {
    const document = `${vault}/dir/a.doc`;
    await vm.ok(`mkdir ${vault}/dir && touch ${document}`);
    await lab.guard.add(vault, {suffix: '.doc', ops: ['read']});
    for (const [from, to] of [
      [document, `${vault}/dir/a.txt`],
      [document, `${free}/a.doc`],
      [`${vault}/dir`, out],
    ] as const)
      await refuses(['rename', from, to], 'rename', {unchanged});
    expect(await lab.intruder.do('rename', document, `${vault}/dir/b.doc`)).toBe('OK');
  });

  it('is not taken to where it is not asked about, unasked', async () => {
    await lab.guard.add(vault, {tree: true, ops: ['read'], otherwise: 'ask'});
    await refuses(['rename', app, out], 'rename', {unchanged});
    await lab.guard.add(vault, {tree: true, otherwise: 'ask', default: 'allow'});
    expect(await lab.intruder.do('rename', app, out)).toBe('OK');
    expect(await lab.intruder.do('rename', out, app)).toBe('OK');
  });

  it('may be moved where as much is refused, and by whom nothing is', async () => {
    await vm.ok(`mkdir ${vault}/dir`);
    await lab.guard.add(vault, {tree: true, ops: ['read'], pids: [lab.owner.pid]});
    expect(await lab.intruder.do('rename', app, `${vault}/dir/app`)).toBe('OK');
    expect(await lab.owner.do('rename', `${vault}/dir/app`, out)).toBe('OK');
    expect(await lab.intruder.do('rename', out, app)).toBe('OK');
    await lab.guard.clear();
  });

  it('keeps its other names guarded, by keeping the one that is', async () => {
    await vm.ok(`ln ${app} ${out} && printf x >${free}/beside`);
    const {id} = await lab.guard.add(app, {ops: ['read']});
    await refuses(['open', out], 'read', {unchanged, rule: id});
    await refuses(['unlink', app], 'delete', {unchanged, rule: id});
    await refuses(['rename', `${free}/beside`, app], 'rename', {unchanged, rule: id});
    await vm.ok(`rm ${free}/beside`);
  });

  it('may lose a name that is not the guarded one', async () => {
    await vm.ok(`ln ${app} ${out}`);
    await lab.guard.add(app, {ops: ['read']});
    expect(await lab.intruder.do('unlink', out)).toBe('OK');
  });

  it('may lose one of its names in a tree, which guards none elsewhere', async () => {
    const other = `${vault}/other`;
    await vm.ok(`ln ${app} ${other}`);
    await lab.guard.add(vault, {tree: true, ops: ['read']});
    expect(await lab.intruder.do('unlink', other)).toBe('OK');
    await lab.guard.clear();
  });

  it.each([
    ['deny', 'lets in others', 'deny', true],
    ['deny', 'lets in the same', 'deny', false],
    ['ask', 'asks for itself', 'ask', true],
    ['ask', 'refuses all but the same', 'deny', false],
    ['ask', 'refuses all', 'deny', false, 'nobody'],
  ] as const)(
    'where a rule says %s, is not taken to where one %s',
    async (otherwise, _, elsewhere, refused, whom?: 'nobody') => {
      const mine = [lab.owner.pid];
      const others = refused && otherwise === 'deny' ? [1] : mine;
      const ops = ['read'] as const;
      const {id} = await lab.guard.add(vault, {tree: true, ops, otherwise, pids: mine});
      await lab.guard.add(free, {
        tree: true,
        ops,
        otherwise: elsewhere,
        ...(whom ? {} : {pids: others}),
      });
      if (refused) {
        await refuses(['rename', app, out], 'rename', {unchanged, rule: id});
        await refuses(['link', app, out], 'link', {unchanged, rule: id});
      } else {
        expect(await lab.intruder.do('rename', app, out)).toBe('OK');
        // back from where more is refused
        await lab.guard.clear();
        await vm.ok(`mv ${out} ${app}`);
      }
    },
  );

  it('nor is a directory taken with what it holds', async () => {
    await vm.ok(`mkdir ${vault}/dir && printf x >${vault}/dir/file`);
    const {id} = await lab.guard.add(vault, {tree: true, ops: ['read'], pids: [lab.owner.pid]});
    await lab.guard.add(free, {tree: true, ops: ['read'], pids: [1]});
    await refuses(['rename', `${vault}/dir`, `${free}/dir`], 'rename', {unchanged, rule: id});
  });

  it('is not taken along with a directory that may itself be moved', async () => {
    await vm.ok(`mkdir ${vault}/dir && printf x >${vault}/dir/file`);
    const {id} = await lab.guard.add(vault, {tree: true});
    for (const rule of [{pids: [lab.intruder.pid]}, {otherwise: 'log'}] as const) {
      await lab.guard.add(`${vault}/dir`, rule);
      await refuses(['rename', `${vault}/dir`, out], 'rename', {unchanged, rule: id});
    }
    await lab.guard.add(`${vault}/dir`, {tree: true, pids: [lab.intruder.pid]});
    expect(await lab.intruder.do('rename', `${vault}/dir`, out)).toBe('OK');
  });

  it('is asked about by the rule, though another one lets it be moved', async () => {
    await lab.guard.add(vault, {tree: true, otherwise: 'ask'});
    await lab.guard.add(app, {ops: ['rename'], pids: [lab.intruder.pid]});
    await refuses(['rename', app, out], 'rename', {unchanged});
  });
});

describe('who was asked about it, and let in', () => {
  const LONG = 600_000;

  it.each([
    ['for longer', 'forever'],
    ['as long as it runs', 'process'],
  ] as const)('%s, may take it elsewhere unasked', async (_, lifetime) => {
    await lab.guard.add(app, {ops: ['read', 'write'], otherwise: 'ask', deadline: LONG});
    const answerer = await Answerer.start();
    const opened = lab.owner.do('open-rdwr', app);
    await answerer.reply({verdict: 'allow', lifetime});
    expect(await opened).toBe('OK');
    const aside = `${vault}/app~`;
    expect(await lab.owner.do('rename', app, aside)).toBe('OK');
    expect(await lab.owner.do('rename', aside, app)).toBe('OK');
    await answerer.end();
  });

  it('by default, may, where nobody answers', async () => {
    await lab.guard.add(app, {ops: ['read'], otherwise: 'ask', default: 'allow'});
    expect(await lab.intruder.do('rename', app, `${vault}/app~`)).toBe('OK');
    expect(await lab.intruder.do('rename', `${vault}/app~`, app)).toBe('OK');
  });

  it('of one rule for all, is refused to take what he is refused to read', async () => {
    await lab.guard.add(vault, {tree: true, otherwise: 'ask', deadline: LONG});
    const answerer = await Answerer.start();
    const [opened] = await Promise.all([
      lab.owner.do('open', app),
      answerer.reply({verdict: 'deny', lifetime: 'forever'}),
    ]);
    expect(opened).toBe('EACCES');
    expect(await lab.owner.do('rename', app, `${lab.path('free')}/app`)).toBe('EACCES');
    await answerer.end();
  });
});
