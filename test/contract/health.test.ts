// SPDX-License-Identifier: MIT
/* What a monitor is told. */
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeEach, describe, expect, it} from 'vitest';

import {newFolder} from '../unit/folder.js';
import {fguard} from './fguard.js';
import {expectDocument} from './schemas.js';

let folder: string;
let env: Record<string, string>;

beforeEach(() => {
  folder = newFolder();
  const rules = join(folder, 'rules.d');
  mkdirSync(rules);
  env = {FGUARD_RUN: join(folder, 'run'), FGUARD_RULES: rules};
});

const save = (text: string): void => {
  writeFileSync(join(folder, 'rules.d', 'a.yaml'), text);
};

/* Where this machine lists traced functions, the fake's are not among them. */
async function check(): Promise<{code: number | null; lines: string[]}> {
  const {code, stdout} = await fguard(['status', '--check'], env);
  return {code, lines: stdout.split('\n').filter((line) => line && !line.startsWith('hooks:'))};
}

describe('status --check', () => {
  it('tells of a saved rule that is not active, and fails', async () => {
    save(`rules:\n  - path: ${folder}/a\n`);
    const {code, lines} = await check();
    expect(code).toBe(1);
    expect(lines).toContain(`${folder}/a: the saved rule is not active`);
  });

  it('tells of one that is active in another form', async () => {
    save(`rules:\n  - {path: ${folder}/a, ops: [read]}\n`);
    env.FAKE_PATH = `${folder}/a`;
    const {lines} = await check();
    expect(lines).toContain(`${folder}/a: the active rule differs from the saved one`);
  });

  it('tells of mistakes in saved rules, with their places', async () => {
    save('rules:\n  - {path: /etc, ops: [fly]}\n');
    const {lines} = await check();
    expect(lines[0]).toMatch(/a\.yaml:2:\d+: /);
  });

  it('tells once of events that were lost', async () => {
    const lost = '4 events were lost since the last check';
    expect((await check()).lines).toEqual([lost]);
    expect((await check()).lines).toEqual([]);
  });

  it('is a document', async () => {
    save(`rules:\n  - path: ${folder}/a\n`);
    const {code, stdout} = await fguard(['status', '--check', '--json'], env);
    const document: unknown = JSON.parse(stdout);
    expectDocument('health', document);
    expect([code, document]).toMatchObject([1, {ok: false}]);
  });

  it('says that the module is not loaded as status does', async () => {
    const {code} = await fguard(['status', '--check'], {...env, FAKE_OPEN: '2'});
    expect(code).toBe((await fguard(['status'], {...env, FAKE_OPEN: '2'})).code);
    expect(code).not.toBe(0);
  });
});
