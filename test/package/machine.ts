// SPDX-License-Identifier: MIT
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {copyFileSync, mkdtempSync, rmSync} from 'node:fs';
import {homedir, tmpdir} from 'node:os';
import path from 'node:path';

const {FGUARD_CACHE, XDG_CACHE_HOME} = process.env;
const CACHE = FGUARD_CACHE ?? path.join(XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'fguard');

export interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
}

/* Mounts are in a namespace of their own, which ends with the process that made it. */
const KEEPER = `
set -e
mount -t tmpfs tmpfs "$1/rw"
mkdir "$1/rw/upper" "$1/rw/work"
mount -t overlay -o "lowerdir=$2,upperdir=$1/rw/upper,workdir=$1/rw/work" overlay "$1/root"
mount -t proc proc "$1/root/proc"
mount --rbind /dev "$1/root/dev"
echo ready
exec cat
`;

const ENVIRONMENT = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LC_ALL: 'C.UTF-8',
  DEBIAN_FRONTEND: 'noninteractive',
};

function proxies(): Record<string, string> {
  const names = ['http_proxy', 'https_proxy'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

function collect(child: ChildProcess): Promise<Result> {
  const result = {stdout: '', stderr: ''};
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (result.stdout += chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (result.stderr += chunk));
  return new Promise((resolve) => child.on('close', (code) => resolve({code, ...result})));
}

/** A plain Debian root under a throw-away layer, and commands in it. */
export class Machine {
  private constructor(
    private readonly keeper: ChildProcess,
    private readonly dir: string,
  ) {}

  static async start(suite: string): Promise<Machine> {
    const dir = mkdtempSync(path.join(tmpdir(), 'fguard-package-'));
    const lower = path.join(CACHE, 'roots', `plain-${suite}`);
    const script = `mkdir "$1/rw" "$1/root"; ${KEEPER}`;
    const keeper = spawn(
      'setpriv',
      ['--pdeathsig', 'KILL', 'unshare', '--mount', 'sh', '-c', script, 'sh', dir, lower],
      {stdio: ['pipe', 'pipe', 'inherit']},
    );
    const machine = new Machine(keeper, dir);
    const [word] = (await Promise.race([once(keeper.stdout, 'data'), once(keeper, 'exit')])) as [
      unknown,
    ];
    if (String(word).trim() !== 'ready') throw new Error(`no root for ${suite}`);
    return machine;
  }

  run(command: string): Promise<Result> {
    const inside = ['chroot', path.join(this.dir, 'root'), 'bash', '-c', command];
    return collect(
      spawn('nsenter', [`--mount=/proc/${this.keeper.pid ?? 0}/ns/mnt`, ...inside], {
        env: {...ENVIRONMENT, ...proxies()},
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
  }

  /** Runs a command that must succeed; gives its stdout. */
  async ok(command: string): Promise<string> {
    const {code, stdout, stderr} = await this.run(command);
    if (code === 0) return stdout;
    throw new Error(`${command}: ended with ${code}\n${stdout}\n${stderr}`);
  }

  /** Brings a file of this machine to /tmp there. */
  async bring(file: string): Promise<string> {
    const name = path.basename(file);
    const between = path.join(this.dir, name);
    copyFileSync(file, between);
    const target = path.join(this.dir, 'root/tmp', name);
    const copy = spawn('nsenter', [
      `--mount=/proc/${this.keeper.pid ?? 0}/ns/mnt`,
      'cp',
      between,
      target,
    ]);
    if ((await collect(copy)).code !== 0) throw new Error(`cannot bring ${file}`);
    return `/tmp/${name}`;
  }

  async end(): Promise<void> {
    const gone = once(this.keeper, 'exit');
    this.keeper.kill('SIGKILL');
    await gone;
    rmSync(this.dir, {recursive: true, force: true});
  }
}
