// SPDX-License-Identifier: MIT
import {mkdirSync, realpathSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';

import {wayTo} from '../../../src/linux/way.js';
import {newFolder} from '../folder.js';

/*
 * folder/
 * ├── one/policy.yaml
 * ├── two/link.yaml -> ../current/policy.yaml
 * ├── current -> folder/one
 * └── round -> round
 */
const folder = realpathSync(newFolder());
const at = (...names: string[]): string => join(folder, ...names);
mkdirSync(at('one'));
mkdirSync(at('two'));
writeFileSync(at('one', 'policy.yaml'), '');
symlinkSync('../current/policy.yaml', at('two', 'link.yaml'));
symlinkSync(at('one'), at('current'));
symlinkSync('round', at('round'));

const below = (path: string): Record<string, string[]> =>
  Object.fromEntries(
    [...wayTo(path)]
      .filter(([name]) => name.startsWith(folder))
      .map(([name, names]) => [name.slice(folder.length), [...names]]),
  );

describe('the way to a file', () => {
  it('has every name that it depends on, by its folder', () => {
    expect(below(at('two', 'link.yaml'))).toEqual({
      '': ['two', 'current', 'one'],
      '/two': ['link.yaml'],
      '/one': ['policy.yaml'],
    });
    expect(wayTo(at('one')).get('/')).toEqual(new Set([folder.split('/')[1]]));
  });

  it('begins here where it is relative', () => {
    expect([...wayTo('x//./y/../z').entries()].slice(-2)).toEqual([
      [realpathSync('.'), new Set(['x'])],
      [join(realpathSync('.'), 'x'), new Set(['y', 'z'])],
    ]);
  });

  it('goes as far as there is anything, and round only so often', () => {
    expect(below(at('none', 'policy.yaml'))).toEqual({
      '': ['none'],
      '/none': ['policy.yaml'],
    });
    expect(below(at('round'))).toEqual({'': ['round']});
  });
});
