// SPDX-License-Identifier: MIT
// The lab as a user runs it: on this machine, beside the VM of the other tests.
import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {expectDocument} from '../contract/schemas.js';
import {REPOSITORY} from './runner/prepare.js';
import {kernel, vm} from './runner/shared.js';

// TEMPORARY/
//   a, b:'c\ d/    the current folder of the lab
//     seen         "from the host"
const temporary = mkdtempSync(path.join(tmpdir(), 'fguard-lab-'));
const folder = path.join(temporary, `a, b:'c\\ d`);

beforeAll(() => {
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'seen'), 'from the host\n');
});

afterAll(() => rmSync(temporary, {recursive: true}));

const GUEST = `
uname -r; pwd; cat seen; cat
echo changed >seen; echo new >new; cat seen new
grep -c '^fguard ' /proc/modules; command -v fguard; id -u
echo beside >&2
trap 'echo interrupted; exit 9' INT
echo ready
while :; do sleep 0.1; done
`;

function lab(...args: string[]): ChildProcessWithoutNullStreams {
  const program = path.join(REPOSITORY, 'bin/run.js');
  return spawn(process.execPath, [program, 'lab', '--kernel', kernel, ...args], {cwd: folder});
}

it('runs a command in a VM: input, output, folder, module, Ctrl-C, exit code; nothing is left', async () => {
  const child = lab('--json', '--', 'sh', '-c', GUEST);
  const said = {stdout: '', stderr: ''};
  child.stdin.end('input\n');
  child.stderr.on('data', (data: Buffer) => (said.stderr += data.toString()));
  child.stdout.on('data', (data: Buffer) => {
    said.stdout += data.toString();
    if (said.stdout.endsWith('ready\n')) child.kill('SIGINT');
  });
  const [code] = (await once(child, 'close')) as [number | null];
  const [release, ...lines] = said.stdout.split('\n');
  expect({code, stderr: said.stderr}).toEqual({code: 9, stderr: 'beside\n'});
  expect(release).toBe((await vm.ok('uname -r')).trim());
  const outputs = ['from the host', 'input', 'changed', 'new', '1', '/usr/local/bin/fguard', '0'];
  expect(lines.slice(0, 10)).toEqual([folder, ...outputs, 'ready', 'interrupted']);
  const document: unknown = JSON.parse(lines.slice(10).join('\n'));
  expectDocument('lab', document);
  expect(document).toEqual({kernel: release, exitCode: 9, signal: null, reports: []});
  expect(readdirSync(folder)).toEqual(['seen']);
  expect(existsSync(`/proc/${child.pid ?? 0}`)).toBe(false);
});
