// SPDX-License-Identifier: MIT
import {BaseSequencer, type TestSpecification} from 'vitest/node';
import {dealOut} from './shares.js';

/** Shards that take as long as each other; vitest's own have as many files. */
export class EvenSequencer extends BaseSequencer {
  override async shard(files: TestSpecification[]): Promise<TestSpecification[]> {
    const {index, count} = this.ctx.config.shard ?? {index: 1, count: 1};
    const share = dealOut([...new Set(files.map((file) => file.moduleId))], count)[index - 1];
    return Promise.resolve(files.filter((file) => share?.includes(file.moduleId)));
  }
}
