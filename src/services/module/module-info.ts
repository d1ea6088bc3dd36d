// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';

import {runCommand} from '../command.js';

const LOADED = '/sys/module/fguard';

export const isLoaded = (): boolean => existsSync(LOADED);

export interface ModuleInfo {
  version: string;
  /** The kernel it was built for. */
  kernel: string;
}

async function field(file: string, name: string): Promise<string> {
  const {stdout} = await runCommand('modinfo', ['-F', name, file]);
  return stdout.trim();
}

/** What a module file says of itself; undefined if there is none. */
export async function readModuleInfo(file: string): Promise<ModuleInfo | undefined> {
  if (!existsSync(file)) return undefined;
  const [version, vermagic] = await Promise.all([field(file, 'version'), field(file, 'vermagic')]);
  return {version, kernel: vermagic.split(' ')[0] ?? ''};
}
