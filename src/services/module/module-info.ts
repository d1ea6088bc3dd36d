// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';

import {runCommand} from '../../linux/command.js';
import {readIfPossible} from '../../linux/files.js';

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

/** The metadata of a module file; undefined if there is no file. */
export async function readModuleInfo(file: string): Promise<ModuleInfo | undefined> {
  if (!existsSync(file)) return undefined;
  const [version, vermagic] = await Promise.all([field(file, 'version'), field(file, 'vermagic')]);
  return {version, kernel: vermagic.split(' ')[0] ?? ''};
}

/**
 * Whether the loaded module was built from other sources than a module file.
 * @param root where the file system begins
 */
export async function isLoadedFromOther(file: string, root = ''): Promise<boolean> {
  const loaded = readIfPossible(`${root}${LOADED}/srcversion`)?.trim() ?? '';
  return loaded !== '' && (await field(file, 'srcversion')) !== loaded;
}
