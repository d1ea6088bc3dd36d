// SPDX-License-Identifier: MIT
import {execFileSync} from 'node:child_process';
import {chmodSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeEach, afterEach, describe, expect, it} from 'vitest';

import {readKernelTree} from '../../../src/linux/kernel-tree.js';
import {generateKey} from '../../../src/services/signing/generate.js';
import {
  type SigningKey,
  certificateName,
  findKey,
  ownKey,
  requireKey,
} from '../../../src/services/signing/keys.js';
import {
  isEnrolled,
  lockdownMode,
  needsSignature,
  secureBoot,
} from '../../../src/services/signing/secure-boot.js';
import {signModule} from '../../../src/services/signing/sign.js';
import {appendSignature, splitSignature} from '../../../src/services/signing/signature.js';
import {newFolder} from '../folder.js';

let root: string;
const {PATH} = process.env;

beforeEach(() => {
  root = newFolder();
  mkdirSync(join(root, 'bin'));
  process.env.PATH = `${join(root, 'bin')}:${PATH ?? ''}`;
});

afterEach(() => {
  process.env.PATH = PATH;
});

function program(path: string, script: string): void {
  mkdirSync(join(path, '..'), {recursive: true});
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

function file(path: string, content: string | Buffer = ''): string {
  const full = join(root, path);
  mkdirSync(join(full, '..'), {recursive: true});
  writeFileSync(full, content);
  return full;
}

describe('a signature', () => {
  it('is taken off as it was put on', () => {
    const [body, signature] = [Buffer.from('module'), Buffer.from('signature')];
    const signed = appendSignature(body, signature);
    expect(signed.subarray(-28).toString()).toBe('~Module signature appended~\n');
    expect(splitSignature(signed)).toEqual({body, signature});
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a plain module', Buffer.from('a module of some length without any signature')],
    ['a length that is a lie', appendSignature(Buffer.from('x'), Buffer.from('y')).subarray(2)],
  ])('is not in %s', (_name, module) => {
    expect(splitSignature(module)).toEqual({body: module, signature: undefined});
  });
});

describe('a key of our own', () => {
  it('is made whole, for root alone, and never over another', async () => {
    const key = await generateKey(join(root, 'var/mok'));
    expect(key).toEqual(ownKey(join(root, 'var/mok')));
    expect(statSync(key.key).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(root, 'var'))).toEqual(['mok']);
    expect(certificateName(key.certificate)).toContain('fguard module signing key of');
    requireKey(key);
    const before = readFileSync(key.key);
    await expect(generateKey(join(root, 'var/mok'))).rejects.toMatchObject({code: 'EKEY'});
    expect(readFileSync(key.key)).toEqual(before);
  });

  it('that cannot be made leaves nothing', async () => {
    program(join(root, 'bin/openssl'), 'echo "no entropy" >&2; exit 1');
    await expect(generateKey(join(root, 'var/mok'))).rejects.toMatchObject({output: 'no entropy'});
    expect(readdirSync(join(root, 'var'))).toEqual([]);
  });
});

describe('the key that is used', () => {
  it('is the first that is there whole', () => {
    const pair = (name: string): SigningKey => ({
      key: join(root, `${name}.key`),
      certificate: join(root, `${name}.crt`),
    });
    const places = ['a', 'b', 'c'].map(pair);
    expect(findKey(places)).toBeUndefined();
    ['a.key', 'b.key', 'b.crt', 'c.key', 'c.crt'].forEach((name) => file(name));
    expect(findKey(places)).toEqual(pair('b'));
  });

  it('is refused if a file of it is missing, or is no certificate', () => {
    const key = {key: join(root, 'k'), certificate: join(root, 'c')};
    expect(() => {
      requireKey(key);
    }).toThrow(`cannot read the key ${root}/k`);
    file('k');
    file('c', 'hello');
    expect(() => {
      requireKey(key);
    }).toThrow(`${root}/c is not a certificate`);
  });

  it('is refused if it is no key, or another one', async () => {
    const [one, other] = [
      await generateKey(join(root, 'one')),
      await generateKey(join(root, 'two')),
    ];
    expect(() => {
      requireKey({...one, key: other.key});
    }).toThrow(`does not belong to the certificate ${one.certificate}`);
    expect(() => {
      requireKey({...one, key: file('k', 'hello')});
    }).toThrow(`cannot use ${root}/k as a private key`);
  });
});

describe('signing', () => {
  const tree = () => readKernelTree('6.1.0-1-test', root);

  beforeEach(() => {
    file('6.1.0-1-test/build/include/config/auto.conf', 'CONFIG_MODULE_SIG_HASH="sha512"\n');
  });

  it('without a program of the kernel makes what openssl verifies', async () => {
    const key = await generateKey(join(root, 'mok'));
    const module = file('fguard.ko', 'a module');
    await signModule(tree(), module, key);
    const {body, signature} = splitSignature(readFileSync(module));
    expect(body.toString()).toBe('a module');
    if (signature === undefined) throw new Error('there is no signature');
    file('body', body);
    file('signature', signature);
    const certificate = ['-certfile', key.certificate, '-noverify', '-inform', 'DER', '-binary'];
    const args = ['-in', join(root, 'signature'), '-content', join(root, 'body')];
    const verified = execFileSync('openssl', ['cms', '-verify', ...certificate, ...args], {
      stdio: 'pipe',
    });
    expect(verified.toString()).toBe('a module');
    const shown = execFileSync('openssl', [
      ...['cms', '-cmsout', '-print', '-noout', '-inform', 'DER'],
      ...['-in', join(root, 'signature')],
    ]).toString();
    expect(shown).toContain('sha512');
    expect(readdirSync(root).filter((name) => name.startsWith('fguard'))).toEqual(['fguard.ko']);
  });

  it('uses the program of the kernel, with its hash', async () => {
    program(join(root, '6.1.0-1-test/build/scripts/sign-file'), `echo "$@" >"${root}/said"`);
    await signModule(tree(), '/m.ko', {key: '/k', certificate: '/c'});
    expect(readFileSync(join(root, 'said'), 'utf8')).toBe('sha512 /k /c /m.ko\n');
  });

  it('that fails shows why', async () => {
    program(join(root, '6.1.0-1-test/build/scripts/sign-file'), 'echo "bad key" >&2; exit 1');
    await expect(signModule(tree(), '/m.ko', {key: '/k', certificate: '/c'})).rejects.toMatchObject(
      {code: 'ESIGN', output: 'bad key'},
    );
  });
});

describe('what this machine wants', () => {
  const VARIABLE = 'sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c';

  it('is told by the firmware', () => {
    expect(secureBoot(root)).toBe(false);
    file('sys/firmware/efi/fw_platform_size', '64\n');
    expect(secureBoot(root)).toBeUndefined();
    file(VARIABLE, Buffer.from([6, 0, 0, 0, 0]));
    expect(secureBoot(root)).toBe(false);
    expect(needsSignature(root)).toBe(false);
    file(VARIABLE, Buffer.from([6, 0, 0, 0, 1]));
    expect(secureBoot(root)).toBe(true);
    expect(needsSignature(root)).toBe(true);
  });

  it.each([
    ['[none] integrity confidentiality\n', 'none', false],
    ['none [integrity] confidentiality\n', 'integrity', true],
  ])('is told by lockdown: %j', (text, mode, needs) => {
    file('sys/kernel/security/lockdown', text);
    expect(lockdownMode(root)).toBe(mode);
    expect(needsSignature(root)).toBe(needs);
  });

  it.each([
    ['Y\n', true],
    ['N\n', false],
  ])('is told by sig_enforce: %j', (text, needs) => {
    file('sys/module/module/parameters/sig_enforce', text);
    expect(needsSignature(root)).toBe(needs);
  });

  it.each([
    ['key.der is already enrolled', true],
    ['key.der is already in the enrollment request', true],
    ['key.der is not enrolled', false],
    ['EFI variables are not supported on this system', undefined],
  ])('mokutil says "%s"', async (text, enrolled) => {
    const {certificate} = await generateKey(join(root, 'mok'));
    program(join(root, 'bin/mokutil'), `[ -s "$2" ] && echo "${text}"; exit 1`);
    expect(await isEnrolled(certificate)).toBe(enrolled);
  });
});
