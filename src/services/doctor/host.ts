// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {release} from 'node:os';

import type {KernelRule} from '../../domain/rule.js';
import type {KernelStatus} from '../../domain/status.js';
import {UserError} from '../../domain/errors.js';
import {type CommandResult, hasProgram, runCommand} from '../../linux/command.js';
import {entries, readIfPossible} from '../../linux/files.js';
import {runsAsRoot} from '../../linux/privilege.js';
import {withGuard} from '../guard.js';
import {type KernelTree, readKernelTree} from '../../linux/kernel-tree.js';
import {type Tools, findTools} from '../rebuild/requirements.js';

/** The status of the module, or why there is none. */
export type ModuleAnswer = {status: KernelStatus; rules: KernelRule[]} | {refusal: UserError};

/** The machine as the checks see it; each fact is read once. */
export class Host {
  readonly tree: KernelTree;
  private foundTools: Promise<Tools> | undefined;
  private answer: Promise<ModuleAnswer> | undefined;

  /**
   * @param folder the root of its file system
   * @param isRoot whether this process may see all of it
   */
  constructor(
    readonly folder = '',
    readonly kernel = release(),
    readonly isRoot = runsAsRoot(),
    private readonly askModule = askRealModule,
  ) {
    this.tree = readKernelTree(kernel, this.modules);
  }

  get modules(): string {
    return `${this.folder}/lib/modules`;
  }

  read(path: string): string | undefined {
    return readIfPossible(this.folder + path);
  }

  exists(path: string): boolean {
    return existsSync(this.folder + path);
  }

  names(path: string): string[] {
    return entries(this.folder + path).map(({name}) => name);
  }

  /** Undefined if there is no such program. */
  async run(program: string, args: readonly string[]): Promise<CommandResult | undefined> {
    return hasProgram(program) ? runCommand(program, args) : undefined;
  }

  tools(): Promise<Tools> {
    return (this.foundTools ??= findTools(this.tree));
  }

  module(): Promise<ModuleAnswer> {
    return (this.answer ??= this.askModule());
  }
}

async function askRealModule(): Promise<ModuleAnswer> {
  try {
    return await withGuard((guard) => ({status: guard.status(), rules: guard.listRules()}));
  } catch (refusal) {
    if (refusal instanceof UserError) return {refusal};
    throw refusal;
  }
}
