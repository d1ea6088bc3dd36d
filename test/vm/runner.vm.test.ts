// SPDX-License-Identifier: MIT
import {existsSync, readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {vm} from './runner/shared.js';

describe('the VM runner', () => {
  it('gives a command its arguments, environment, folder and input', async () => {
    const result = await vm.run('echo "$0 $A $(pwd)"; cat', {
      cwd: '/tmp',
      env: {A: 'ä b'},
      input: 'line\n'.repeat(50_000),
    });
    expect(result.stdout).toBe(`bash ä b /tmp\n${'line\n'.repeat(50_000)}`);
    expect(result).toMatchObject({code: 0, signal: null, stderr: ''});
  });

  it('tells an exit code from a signal, and stdout from stderr', async () => {
    expect(await vm.run('echo out; echo err >&2; exit 7')).toEqual({
      code: 7,
      signal: null,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect(await vm.run('kill -SEGV $$')).toMatchObject({code: null, signal: 'SIGSEGV'});
    expect((await vm.run(['/no/such/program'])).code).toBe(127);
  });

  it('runs several commands at a time, and knows their processes', async () => {
    const many = Array.from({length: 20}, () => vm.spawn('echo $$; read -r word; echo "$word"'));
    for (const [number, child] of many.entries()) {
      expect((await child.waitFor(/(\d+)\n/))[1]).toBe(String(await child.pid));
      child.write(`${number}\n`);
    }
    const results = await Promise.all(many.map((child) => child.exit));
    expect(results.map(({stdout}) => stdout.split('\n')[1])).toEqual(many.map((_, i) => String(i)));
  });

  it('signals a whole process group, and ends a command that takes too long', async () => {
    const child = vm.spawn('sleep 1000 & echo started; wait');
    await child.waitFor('started');
    child.kill('SIGTERM');
    expect(await child.exit).toMatchObject({signal: 'SIGTERM'});
    await expect(vm.run('cat /dev/zero > /dev/null', {timeout: 500})).rejects.toThrow(
      /not done in/,
    );
    expect((await vm.run('pgrep -x "sleep|cat"')).stdout).toBe('');
  });

  it('gives a terminal of the size asked for, and another when it changes', async () => {
    const child = vm.spawn('stty size; read -r _; stty size', {terminal: {rows: 30, columns: 90}});
    await child.waitFor('30 90');
    child.resize(40, 100);
    child.write('\n');
    await child.waitFor('40 100');
    expect((await child.exit).code).toBe(0);
  });

  it('writes to a layer of its own: nothing reaches this machine', async () => {
    await vm.ok(
      'cp package.json /tmp/kept && echo changed | tee /etc/fguard-runner-test > package.json',
    );
    expect(await vm.ok('cat package.json && mv /tmp/kept package.json')).toBe('changed\n');
    expect(existsSync('/etc/fguard-runner-test')).toBe(false);
    expect(readFileSync('package.json', 'utf8')).toContain('fguard');
  });
});
