// SPDX-License-Identifier: MIT
import {Config} from '@oclif/core';
import {describe, expect, it} from 'vitest';

import {EXIT} from '../../src/domain/errors.js';
import {ROOT} from './compile.js';

const config = await Config.load({root: ROOT, userPlugins: false});
const commands = config.commands
  .filter(({pluginName}) => pluginName === 'fguard')
  .sort((a, b) => a.id.localeCompare(b.id));

describe('the surface', () => {
  it('commands, arguments, flags and exit codes are those of the snapshot', async () => {
    const surface = {
      commands: commands.map(({id, args, flags, strict}) => ({
        id,
        more: strict === false,
        args: Object.values(args).map(({name, required}) => ({name, required: required === true})),
        flags: Object.values(flags)
          .map((flag) => ({
            name: flag.name,
            ...((flag.aliases ?? []).length === 0 ? {} : {aliases: flag.aliases}),
            ...(flag.char === undefined ? {} : {char: flag.char}),
            takes: flag.type === 'option' ? (flag.options ?? 'value') : 'nothing',
            repeated: flag.type === 'option' && flag.multiple === true,
          }))
          .sort((a, b) => a.name.localeCompare(b.name)),
      })),
      exitCodes: EXIT,
    };
    await expect(`${JSON.stringify(surface, null, 2)}\n`).toMatchFileSnapshot('surface.snap.json');
  });

  it.each(commands.map((command) => [command.id, command] as const))(
    '%s has --json, a summary and examples',
    (_id, {flags, summary, examples}) => {
      expect(flags).toHaveProperty('json');
      expect(summary).toMatch(/\.$/);
      expect(examples?.length).toBeGreaterThanOrEqual(2);
    },
  );
});
