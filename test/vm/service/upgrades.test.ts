// SPDX-License-Identifier: MIT
/* Packages are upgraded, removed and installed again while rules name their programs. */
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {Vm} from '../runner/vm.js';
import {boot, newDisk, property, until, write} from './machine.js';
import {expectRefused, expectWhole, pending, save} from './saved.js';

const KEY = '/root/.ssh/id_ed25519';
const SITE_KEY = '/etc/ssl/private/site.key';
const WORDS = 'correct horse';
const NGINX = '/usr/sbin/nginx';

const SITE = `server {
  listen 127.0.0.1:8443 ssl;
  ssl_certificate /etc/ssl/site.crt;
  ssl_certificate_key ${SITE_KEY};
}`;

/* Whoever reads or writes passwords in the life of a machine. */
const PASSWORD_PROGRAMS = ['bin/passwd', 'bin/chage', 'sbin/chpasswd', 'sbin/pwck', 'sbin/pwconv'];

const TERMINAL = {terminal: {rows: 24, columns: 100}};
let vm: Vm;

/*
 * /root/.ssh/id_ed25519        ssh-keygen may read it
 * /etc/ssl/private/site.key    nginx may read it; whoever renews it may replace it
 * /etc/shadow                  the programs of passwd
 * /var/lib/upgrades/*.deb      newer versions of the packages
 */
beforeAll(async () => {
  vm = await boot('6.1', newDisk('software', 'upgrades'));
  await vm.ok(`mkdir -p /root/.ssh && ssh-keygen -q -t ed25519 -N '${WORDS}' -f ${KEY}`);
  await renew();
  await write(vm, '/etc/nginx/conf.d/site.conf', SITE);
  await vm.ok('useradd ann && fguard service install');
  const passwords = PASSWORD_PROGRAMS.map((name) => `/usr/${name}`).join(', ');
  await save(
    vm,
    `{path: ${KEY}, allow: {exes: [/usr/bin/ssh-keygen]}}`,
    `{path: ${SITE_KEY}, ops: [read, write], allow: {exes: [${NGINX}]}}`,
    `{path: /etc/shadow, ops: [read, write, create, rename, delete], allow: {exes: [${passwords}]}}`,
  );
});

afterAll(() => vm.kill());

const version = (name: string): Promise<string> => vm.ok(`dpkg-query -W -f '\${Version}' ${name}`);

/* As apt does it, which has no network here. */
async function upgrade(...names: string[]): Promise<void> {
  const before = await Promise.all(names.map(version));
  await vm.ok(`dpkg -i ${names.map((name) => `/var/lib/upgrades/${name}_*.deb`).join(' ')}`);
  const after = await Promise.all(names.map(version));
  after.forEach((one, index) => expect(one).not.toBe(before[index]));
}

/* A key and its certificate, written beside and renamed into place. */
const renew = (): Promise<string> =>
  vm.ok(
    `cd /etc/ssl && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=site \
      -keyout private/new.key -out new.crt && mv new.crt site.crt && mv private/new.key ${SITE_KEY}`,
  );

const SERIAL = 'openssl x509 -noout -serial';
const servesRenewed = `[ "$(openssl s_client -connect 127.0.0.1:8443 </dev/null 2>/dev/null | ${SERIAL})" = "$(${SERIAL} -in /etc/ssl/site.crt)" ]`;

describe('an upgrade of openssh-client', () => {
  const show = (program: string): string => `${program} -y -P '${WORDS}' -f ${KEY}`;

  it('leaves in who runs the program of before', async () => {
    await vm.ok('ln /usr/bin/ssh-keygen /root/former && cp /usr/bin/ssh-keygen /root/copy');
    // it reads the key before it asks, and again after that
    const asked = vm.spawn(`ssh-keygen -y -f ${KEY}`, TERMINAL);
    await asked.waitFor('passphrase');
    await upgrade('openssh-client');
    asked.write(`${WORDS}\n`);
    expect(await asked.exit).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('ssh-ed25519') as string,
    });
  });

  it('lets in who runs the new one, and nobody else', async () => {
    expect(await vm.ok(show('ssh-keygen'))).toContain('ssh-ed25519');
    await expectRefused(vm, show('/root/former'), show('/root/copy'), `cat ${KEY}`);
    await expectWhole(vm);
  });
});

describe('an upgrade of passwd', () => {
  it('leaves in who runs the program of before', async () => {
    const asked = vm.spawn('passwd ann', TERMINAL);
    await asked.waitFor('New password');
    await upgrade('passwd');
    asked.write('treasure-1\n');
    await asked.waitFor('Retype');
    asked.write('treasure-1\n');
    expect(await asked.exit).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('updated successfully') as string,
    });
  });

  it('lets in who runs the new one, and nobody else', async () => {
    await expectRefused(vm, 'cat /etc/shadow', 'mv /etc/shadow- /etc/shadow');
    await vm.ok('echo ann:treasure-2 | chpasswd');
    expect(await vm.ok('passwd -S ann')).toMatch(/^ann P /);
    // this one is not of those named
    expect((await vm.run('getent shadow ann')).stdout).toBe('');
    await expectRefused(vm, 'cat /etc/shadow');
    await expectWhole(vm);
  });
});

describe('an upgrade of nginx', () => {
  it('leaves in the server that runs the program of before', async () => {
    await vm.ok(`systemctl start nginx && ${servesRenewed}`);
    const server = await property(vm, 'nginx', 'MainPID');
    await vm.ok('printf "#!/bin/sh\\nexit 101\\n" >/usr/sbin/policy-rc.d');
    await vm.ok('chmod 755 /usr/sbin/policy-rc.d');
    await upgrade('nginx-common', 'nginx');
    await vm.ok('rm /usr/sbin/policy-rc.d');
    expect(await vm.ok(`readlink /proc/${server}/exe`)).toBe(`${NGINX} (deleted)\n`);
    await renew();
    await vm.ok('systemctl reload nginx');
    await until(vm, servesRenewed);
    expect(await property(vm, 'nginx', 'MainPID')).toBe(server);
    await expectRefused(vm, `cat ${SITE_KEY}`);
  });

  it('lets in the server that is started after it, and nobody else', async () => {
    await renew();
    await vm.ok(`systemctl restart nginx && ${servesRenewed}`);
    await expectRefused(vm, `cat ${SITE_KEY}`);
    await expectWhole(vm);
  });

  it('is reported while the package is not installed, and the rules keep all out', async () => {
    await vm.ok('apt-get remove -y nginx');
    expect(await pending(vm)).toEqual({
      [SITE_KEY]: expect.stringContaining('does not exist') as string,
    });
    const check = await vm.run('fguard status --check');
    expect([check.code, check.stdout]).toEqual([1, expect.stringContaining(SITE_KEY)]);
    await expectRefused(vm, `cat ${SITE_KEY}`, `cat ${KEY}`);
  });

  it('is followed when the package is installed again', async () => {
    await vm.ok(
      `dpkg -i /var/lib/upgrades/nginx_*.deb && systemctl restart nginx && ${servesRenewed}`,
    );
    await expectRefused(vm, `cat ${SITE_KEY}`);
    await expectWhole(vm);
    await vm.shutdown();
  });
});
