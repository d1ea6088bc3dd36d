// SPDX-License-Identifier: MIT
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {dirname, join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';

import {installService} from '../../../src/services/service/install.js';
import {placesBelow} from '../../../src/services/service/places.js';
import {removeService} from '../../../src/services/service/remove.js';
import {MARK, unitText, unitWord} from '../../../src/services/service/unit-text.js';
import {serviceLines} from '../../../src/ui/service.js';
import {expectDocument} from '../../contract/schemas.js';
import {newFolder} from '../folder.js';

const UNITS = ['fguard.service', 'fguard-log.service', 'fguard-agent.service'];
const {PATH} = process.env;

const MODULE_UNIT = 'fguard-module.service';

/**
 * Keeps a file per unit in enabled/ and active/; starting one named in "broken" fails. As
 * systemd does by the text of the units: the module's is started with the first, which may
 * fail then, and stopped with it, be that active or not; its command is a folder's making.
 */
const SYSTEMCTL = `#!/bin/sh
cd "$(dirname "$0")/state" || exit
echo "$*" >>log
[ "$1" != --quiet ] || shift
verb=$1; shift
module=$(cat module)
start() {
  [ "$1" != "$(cat broken)" ] || { echo 'Job failed.' >&2; exit 1; }
  : >"active/$1"
}
for unit; do
  case $verb in
  enable) : >"enabled/$unit" ;;
  disable) rm -f "enabled/$unit" ;;
  start)
    [ "$unit" != fguard.service ] || { start ${MODULE_UNIT} && mkdir -p "$module"; }
    start "$unit" ;;
  stop)
    rm -f "active/$unit"
    [ "$unit" != fguard.service ] || [ ! -e active/${MODULE_UNIT} ] || [ -e stuck ] ||
      { rm active/${MODULE_UNIT} && rmdir "$module"; } ;;
  is-enabled) [ -e "enabled/$unit" ] && echo enabled || echo disabled ;;
  is-active) [ -e "active/$unit" ] && echo active || echo inactive ;;
  esac
done
`;

let root: string;
let bin: string;

/*
 * root/                        a machine
 * ├── run/systemd/system/      on which systemd runs
 * └── etc/{systemd/system,kernel/{postinst,header_postinst,postrm}.d}/
 * bin/                         first in the PATH
 * ├── systemctl, journalctl
 * └── state/{enabled,active}/  the units that are
 */
beforeEach(() => {
  vi.spyOn(process, 'geteuid').mockReturnValue(0);
  [root, bin] = [newFolder(), newFolder()];
  const hooks = ['postinst', 'header_postinst', 'postrm'].map((name) => `etc/kernel/${name}.d`);
  for (const path of ['run/systemd/system', 'etc/systemd/system', ...hooks])
    mkdirSync(join(root, path), {recursive: true});
  for (const path of ['enabled', 'active']) mkdirSync(join(bin, 'state', path), {recursive: true});
  writeFileSync(join(bin, 'state/broken'), '');
  writeFileSync(join(bin, 'state/module'), join(root, 'sys/module/fguard'));
  mkdirSync(join(root, 'sys/module'), {recursive: true});
  program('systemctl', SYSTEMCTL);
  program('journalctl', '#!/bin/sh\necho "words of $2"\n');
  process.env.PATH = `${bin}:${PATH ?? ''}`;
});

afterEach(() => {
  process.env.PATH = PATH;
  vi.restoreAllMocks();
});

function program(name: string, script: string): void {
  writeFileSync(join(bin, name), script);
  chmodSync(join(bin, name), 0o755);
}

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), {recursive: true});
  writeFileSync(join(root, path), text);
}

const everything = (): string[] => readdirSync(root, {recursive: true, encoding: 'utf8'}).sort();
const state = (what: string): string[] => readdirSync(join(bin, 'state', what)).sort();
const log = (): string => readFileSync(join(bin, 'state/log'), 'utf8');
const never = new AbortController().signal;
const install = (signal = never) => installService(signal, placesBelow(root));
const remove = (signal = never) => removeService(signal, placesBelow(root));
const isLoaded = (): boolean => existsSync(join(root, 'sys/module/fguard'));

describe('installing the service', () => {
  it('writes the units and the folder of rules, enables and starts, and says so', async () => {
    const report = await install();
    expectDocument('service', report);
    expect(report.changed).toBe(true);
    expect(report.units).toEqual(UNITS.map((name) => ({name, enabled: true, active: true})));
    for (const name of [MODULE_UNIT, ...UNITS]) {
      const text = readFileSync(join(root, 'etc/systemd/system', name), 'utf8');
      expect(text).toContain(MARK);
      expect(text).toContain(`ExecStart="${process.execPath}" "`);
      expect(text).not.toMatch(/@\w+@/);
    }
    expect(existsSync(join(root, 'etc/fguard/rules.d'))).toBe(true);
    for (const hook of ['postinst.d', 'header_postinst.d', 'postrm.d'])
      expect(statSync(join(root, 'etc/kernel', hook, 'fguard')).mode & 0o777).toBe(0o755);
    expect(serviceLines(report)).toContain(`created ${root}/etc/systemd/system/fguard.service`);
  });

  it('gives what stops to the unit that is active where rules are wrong', async () => {
    await install();
    const lines = (name: string): string[] =>
      readFileSync(join(root, 'etc/systemd/system', name), 'utf8').split('\n');
    expect(lines(MODULE_UNIT)).toContain('PartOf=fguard.service');
    const stops = (name: string) => lines(name).filter((line) => line.startsWith('ExecStop='));
    expect(stops(MODULE_UNIT)).toHaveLength(1);
    // systemctl waits for this one alone
    expect(stops('fguard.service')).toEqual(stops(MODULE_UNIT));
    expect(lines('fguard.service')).toContain(`Requires=${MODULE_UNIT}`);
    for (const name of UNITS) {
      if (name !== 'fguard.service') expect(stops(name)).toEqual([]);
      expect(lines(name).find((line) => line.startsWith('After='))).toContain(MODULE_UNIT);
    }
  });

  it.each(UNITS.slice(1))('%s is started by fguard.service, and never starts it', async (name) => {
    await install();
    const lines = readFileSync(join(root, 'etc/systemd/system', name), 'utf8').split('\n');
    const about = lines.filter((line) => /^\w+=.*\bfguard\.service\b/.test(line));
    expect(about.map((line) => line.replace(/=.*/, ''))).toEqual(['PartOf', 'After', 'WantedBy']);
    expect(lines).toContain('ConditionPathExists=/sys/module/fguard');
  });

  it('a second time finds nothing to do', async () => {
    await install();
    const file = join(root, 'etc/systemd/system/fguard.service');
    const {ino} = statSync(file);
    const starts = log().match(/^start/gm);
    const report = await install();
    expect(report.changed).toBe(false);
    expect(statSync(file).ino).toBe(ino);
    expect(log().match(/^start/gm)).toEqual(starts);
    expect(serviceLines(report)[0]).toBe('nothing to do');
  });

  it('renews a unit that an earlier version wrote', async () => {
    await install();
    const file = join(root, 'etc/systemd/system/fguard.service');
    writeFileSync(file, `# ${MARK}\n`);
    const {files} = await install();
    expect(files).toContainEqual({path: file, change: 'updated'});
    expect(readFileSync(file, 'utf8')).toContain('ExecReload');
  });

  it('leaves units that a package brought as they are', async () => {
    put('usr/lib/systemd/system/fguard.service', '');
    const report = await install();
    expect(readdirSync(join(root, 'etc/systemd/system'))).toEqual([]);
    expect(report.units.every(({enabled, active}) => enabled && active)).toBe(true);
  });

  it("does not touch somebody else's unit of that name, nor anything beside it", async () => {
    put('etc/systemd/system/fguard-agent.service', 'of the administrator');
    const before = everything();
    await expect(install()).rejects.toMatchObject({
      code: 'EEXIST',
      message: expect.stringContaining('fguard-agent.service') as string,
    });
    expect(everything()).toEqual(before);
    expect([state('enabled'), state('active')]).toEqual([[], []]);
  });

  it.each([MODULE_UNIT, ...UNITS.slice(1)])(
    'takes all back if %s does not start, and shows its words',
    async (broken) => {
      const before = everything();
      writeFileSync(join(bin, 'state/broken'), broken);
      const unit = broken === MODULE_UNIT ? 'fguard.service' : broken;
      await expect(install()).rejects.toMatchObject({code: 'ESERVICE', output: `words of ${unit}`});
      expect(everything()).toEqual(before);
      expect([state('enabled'), state('active')]).toEqual([[], []]);
    },
  );

  it('stays where only some of the saved rules are wrong, with log and agent, and says so', async () => {
    writeFileSync(join(bin, 'state/broken'), 'fguard.service');
    await expect(install()).rejects.toMatchObject({
      code: 'ESERVICE',
      output: 'words of fguard.service',
      next: ['fguard check', 'sudo systemctl start fguard.service'],
    });
    expect(state('enabled')).toEqual([...UNITS].sort());
    expect(state('active')).toEqual([...UNITS.slice(1), MODULE_UNIT].sort());
    expect(isLoaded()).toBe(true);
    writeFileSync(join(bin, 'state/broken'), '');
    expect((await install()).units.every(({active}) => active)).toBe(true);
  });

  it('that is taken back leaves a module in force that was there before', async () => {
    mkdirSync(join(root, 'sys/module/fguard'));
    writeFileSync(join(bin, 'state/broken'), 'fguard-log.service');
    await expect(install()).rejects.toMatchObject({code: 'ESERVICE'});
    expect(isLoaded()).toBe(true);
    expect(state('enabled')).toEqual([]);
  });

  it('that is interrupted is taken back', async () => {
    const before = everything();
    const controller = new AbortController();
    program(
      'systemctl',
      SYSTEMCTL.replace('start()', '[ "$verb" != start ] || kill -USR2 $PPID\nstart()'),
    );
    process.once('SIGUSR2', () => {
      controller.abort();
    });
    await expect(install(controller.signal)).rejects.toMatchObject({code: 'EINTR', exitCode: 130});
    expect(everything()).toEqual(before);
    expect([state('enabled'), state('active')]).toEqual([[], []]);
  });

  it('takes back only what was not so before', async () => {
    await install();
    rmSync(join(bin, 'state/active/fguard-agent.service'));
    const before = everything();
    writeFileSync(join(bin, 'state/broken'), 'fguard-agent.service');
    await expect(install()).rejects.toMatchObject({code: 'ESERVICE'});
    expect(everything()).toEqual(before);
    expect(state('enabled')).toEqual([...UNITS].sort());
    expect(state('active')).toEqual(['fguard-log.service', MODULE_UNIT, 'fguard.service']);
  });

  it('needs systemd, and says what to do without', async () => {
    rmSync(join(root, 'run'), {recursive: true});
    const refusal = {code: 'ENOSYSTEMD', next: ['sudo fguard load && sudo fguard apply']};
    await expect(install()).rejects.toMatchObject(refusal);
    await expect(remove()).rejects.toMatchObject({code: 'ENOSYSTEMD'});
  });
});

describe('removing the service', () => {
  it('undoes what installing did, and then finds nothing to do', async () => {
    const before = everything();
    await install();
    const report = await remove();
    expectDocument('service', report);
    expect(report).toMatchObject({
      changed: true,
      units: UNITS.map((name) => ({name, enabled: false, active: false})),
    });
    expect(everything()).toEqual(before);
    expect([state('enabled'), state('active')]).toEqual([[], []]);
    expect(log()).toContain(
      `stop fguard-agent.service fguard-log.service fguard.service ${MODULE_UNIT}`,
    );
    expect(await remove()).toMatchObject({files: [], changed: false});
  });

  it('leaves saved rules, and what others wrote', async () => {
    await install();
    put('etc/fguard/rules.d/a.yaml', 'rules: []\n');
    put('etc/systemd/system/fguard-agent.service', 'of the administrator');
    await remove();
    expect(existsSync(join(root, 'etc/fguard/rules.d/a.yaml'))).toBe(true);
    expect(readdirSync(join(root, 'etc/systemd/system'))).toEqual(['fguard-agent.service']);
  });

  it('unloads the module where some of the saved rules are wrong', async () => {
    writeFileSync(join(bin, 'state/broken'), 'fguard.service');
    await expect(install()).rejects.toMatchObject({code: 'ESERVICE'});
    expect(await remove()).toMatchObject({changed: true});
    expect(isLoaded()).toBe(false);
    expect([state('enabled'), state('active')]).toEqual([[], []]);
  });

  it('stops where the module could not be unloaded, and leaves the units', async () => {
    await install();
    writeFileSync(join(bin, 'state/stuck'), '');
    await expect(remove()).rejects.toMatchObject({code: 'EBUSY'});
    expect(readdirSync(join(root, 'etc/systemd/system')).sort()).toEqual(
      [MODULE_UNIT, ...UNITS].sort(),
    );
    expect(state('enabled')).toEqual([...UNITS].sort());
  });

  it('leaves a module that somebody has loaded while no service was in use', async () => {
    put('usr/lib/systemd/system/fguard.service', '');
    mkdirSync(join(root, 'sys/module/fguard'));
    expect(await remove()).toMatchObject({changed: false});
    expect(isLoaded()).toBe(true);
  });
});

describe('a unit', () => {
  it('names the program so that systemd takes it as it is', () => {
    expect(unitWord('/a b/100%/$HOME/"\\')).toBe('"/a b/100%%/$$HOME/\\"\\\\"');
    expect(unitText('fguard.service', '"/x $$&"')).toContain('ExecReload="/x $$&" apply\n');
  });

  it('may enlarge the buffer that a large set of rules is sent through', () => {
    const sets = unitText('fguard.service', '"/x"').match(/^CapabilityBoundingSet=.*/gm) ?? [];
    expect(sets.join(' ')).toMatch(/\bCAP_NET_ADMIN\b/);
  });
});
