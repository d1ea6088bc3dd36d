// SPDX-License-Identifier: MIT
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {Answerer} from './helper/answerer.js';
import {json} from './helper/cli.js';
import {useLab} from './helper/lab.js';
import {REPOSITORY} from './runner/prepare.js';
import {vm} from './runner/shared.js';

// /tmp/cli-life/
//   secret   guarded, where a test says so
//   bin/     programs that stand in for those of a build
const lab = useLab('cli-life');
const secret = lab.path('secret');
const LONG = 600_000;

beforeAll(() => vm.ok(`touch ${secret}`));
beforeEach(() => lab.guard.clear());

interface Check {
  title: string;
  state: string;
  detail: string;
  fix: string | null;
}

async function doctor(): Promise<Map<string, Check>> {
  const {checks} = (await json('fguard doctor --json')) as {checks: Check[]};
  return new Map(checks.map((check) => [check.title, check]));
}

describe('doctor', () => {
  afterEach(() =>
    vm.ok('cd /sys/kernel/tracing && echo nop >current_tracer && echo >set_ftrace_filter'),
  );

  it('finds the hooks in force, nobody else at them, and all that belongs together', async () => {
    await lab.guard.add(secret);
    const checks = await doctor();
    const states = [...checks.values()].map(({title, state}) => [title, state]);
    const well = ['kernel', 'kernel options', 'permission', 'kernel headers', 'module file'];
    const more = ['ftrace', 'other tracers', 'live patches', 'module', 'library', 'versions'];
    expect(states).toEqual(
      expect.arrayContaining([...well, ...more].map((title) => [title, 'ok'])),
    );
    expect(checks.get('hooks')?.state).not.toMatch(/failed|unknown/);
  });

  it('names another tracer, and rules that ask while nobody answers', async () => {
    await lab.guard.add(secret, {otherwise: 'ask', default: 'allow'});
    await vm.ok(
      'cd /sys/kernel/tracing && echo security_file_open >set_ftrace_filter && echo function >current_tracer',
    );
    const checks = await doctor();
    expect(checks.get('other tracers')).toMatchObject({
      state: 'warning',
      detail: expect.stringContaining('security_file_open'),
    });
    expect(checks.get('hooks')?.state).not.toBe('failed');
    expect(checks.get('answerer')).toMatchObject({state: 'warning', fix: 'sudo fguard ask'});
  });
});

describe('unload', () => {
  it('names who waits for an answer; with --force he gets the default, and it is removed', async () => {
    // few hooks: each takes a while to go
    const ops = ['read'] as const;
    await lab.guard.add(secret, {ops, otherwise: 'ask', deadline: LONG, pids: [lab.owner.pid]});
    const answerer = await Answerer.start();
    const opened = lab.intruder.do('open', secret);
    await answerer.question();
    expect(await json('fguard unload --json', 1)).toMatchObject({
      error: {
        code: 'EBUSY',
        message: expect.stringContaining(`process ${lab.intruder.pid} (try), waiting`),
        next: expect.arrayContaining(['sudo fguard unload --force']),
      },
    });
    expect(await json('fguard unload --force --json')).toMatchObject({module: {loaded: false}});
    expect(['OK', 'EACCES']).toContain(await opened);
    await answerer.end();
    await json('fguard load --json');
    await lab.reconnect();
  });

  it('says that somebody sleeps in a call that it was let into; --force lets go of it', async () => {
    const fifo = lab.path('fifo');
    await vm.ok(`rm -f ${fifo} && mkfifo ${fifo}`);
    await lab.guard.add(fifo, {ops: ['read'], otherwise: 'ask', deadline: LONG});
    const answerer = await Answerer.start();
    const opened = lab.intruder.do('open', fifo);
    await answerer.reply({verdict: 'allow'});
    await lab.guard.until(({waiting}) => waiting === 0);
    await vm.ok(
      `until grep -qe fifo -e partner /proc/${lab.intruder.pid}/{wchan,stack}; do :; done`,
    );
    expect(await json('fguard unload --json', 1)).toMatchObject({
      error: {
        message: expect.stringContaining('a task that is still inside an allowed'),
        next: ['sudo fguard unload --force'],
      },
    });
    expect(await json('fguard unload --force --json')).toMatchObject({module: {loaded: false}});
    expect(await lab.owner.do('open-write', fifo)).toBe('OK');
    expect(await opened).toBe('OK');
    await answerer.end();
    await json('fguard load --json');
    await lab.reconnect();
  });
});

const KERNEL = '9.9.9-fguard-test';
const FOLDER = `/lib/modules/${KERNEL}`;

// A kernel that was never built: its make hands out the module of this one.
const SET_UP = `
set -e
rm -rf ${FOLDER} ${lab.path('cache')}
mkdir -p ${FOLDER}/build/include/config ${FOLDER}/build/scripts/mod ${FOLDER}/kernel ${lab.path('bin')}
cd ${FOLDER}
touch modules.order modules.builtin build/scripts/mod/modpost
for option in X86_64 MODULES SECURITY SECURITY_PATH DYNAMIC_FTRACE_WITH_ARGS KPROBES; do
  echo "CONFIG_$option=y"
done >build/include/config/auto.conf
echo 'CONFIG_CC_VERSION_TEXT="gcc-9 (Debian) 9.1.0"' >>build/include/config/auto.conf
for name in register_ftrace_function unregister_ftrace_function ftrace_set_filter_ip register_kprobe genl_register_family kern_path; do
  printf '0x1\\t%s\\tvmlinux\\tEXPORT_SYMBOL\\t\\n' $name
done >build/Module.symvers
cd ${lab.path('bin')}
printf '#!/bin/sh\\necho "gcc-9 (Debian) 9.1.0"\\n' >gcc-9
cat >make <<'END'
#!/bin/sh
for word; do case $word in M=*) folder=\${word#M=};; esac; done
[ ! -e ${lab.path('broken')} ] || { echo "$folder/main.c:1: error: no" >&2; exit 2; }
cp /lib/modules/$(uname -r)/updates/fguard.ko "$folder/"
END
chmod +x gcc-9 make
for place in postinst.d header_postinst.d; do
  mkdir -p /etc/kernel/$place
  cp ${REPOSITORY}/packaging/kernel-postinst.d-fguard /etc/kernel/$place/fguard
done
mkdir -p /etc/kernel/postrm.d
cp ${REPOSITORY}/packaging/kernel-postrm.d-fguard /etc/kernel/postrm.d/fguard
`;

describe('for a kernel that is installed', () => {
  const module = `${FOLDER}/updates/fguard.ko`;
  const environment = `PATH=${lab.path('bin')}:$PATH FGUARD_CACHE=${lab.path('cache')}`;
  const hooks = (place: string, parameters = ''): Promise<{stderr: string; code: number | null}> =>
    vm.run(
      `${environment} DEB_MAINT_PARAMS='${parameters}' run-parts --exit-on-error --arg=${KERNEL} --arg=/boot/x /etc/kernel/${place}`,
    );

  beforeEach(() => vm.ok(SET_UP));
  afterAll(() => vm.ok(`rm -rf ${FOLDER} /etc/kernel/*/fguard`));

  it('the hook builds the module before it boots, and removes it behind the kernel', async () => {
    expect(await hooks('postinst.d', `configure ${KERNEL}`)).toMatchObject({code: 0});
    await vm.ok(`cmp ${module} /lib/modules/$(uname -r)/updates/fguard.ko`);
    expect(await vm.ok(`cat ${FOLDER}/modules.dep`)).toContain('updates/fguard.ko:');
    expect(await hooks('postrm.d', `upgrade ${KERNEL}`)).toMatchObject({code: 0});
    await vm.ok(`test -e ${module}`);
    expect(await hooks('postrm.d', 'remove')).toMatchObject({code: 0});
    await vm.ok(`test ! -e ${FOLDER}/updates`);
  });

  it('a build that fails is shouted, does not break the package, and leaves the old module', async () => {
    await vm.ok(`mkdir -p ${FOLDER}/updates && echo old >${module} && touch ${lab.path('broken')}`);
    const {code, stderr} = await hooks('header_postinst.d');
    await vm.ok(`rm ${lab.path('broken')}`);
    expect(code).toBe(0);
    expect(stderr).toContain('main.c:1: error: no');
    expect(stderr).toContain(`NOTHING WILL BE GUARDED when kernel ${KERNEL} boots`);
    expect(await vm.ok(`cat ${module}; ls ${FOLDER}/updates`)).toBe('old\nfguard.ko\n');
  });

  it('headers that are missing are shouted with the command that brings them', async () => {
    await vm.ok(`rm -r ${FOLDER}/build`);
    const {code, stderr} = await hooks('postinst.d');
    expect(code).toBe(0);
    expect(stderr).toContain(`sudo apt install linux-headers-${KERNEL}`);
  });

  it('rebuild --all builds for it too, and says what it cannot build for', async () => {
    const other = '/lib/modules/9.9.8-fguard-test';
    await vm.ok(`mkdir -p ${other}/kernel`);
    const result = await vm.run(`${environment} fguard rebuild --all --json`);
    await vm.ok(`rm -r ${other}`);
    expect(result.code).toBe(1);
    expect(JSON.parse(result.stdout)).toMatchObject({
      modules: expect.arrayContaining([
        {kernel: KERNEL, file: module, cached: expect.any(Boolean), signer: null, enrolled: null},
      ]),
      failed: expect.arrayContaining([
        {
          kernel: '9.9.8-fguard-test',
          code: 'EREQUIREMENT',
          message: expect.stringContaining('headers'),
          next: ['sudo apt install linux-headers-9.9.8-fguard-test'],
        },
      ]),
    });
  });
});
