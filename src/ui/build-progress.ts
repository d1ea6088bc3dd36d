// SPDX-License-Identifier: MIT
import {Presets, SingleBar} from 'cli-progress';

/** A progress bar on stderr; without a terminal one line for each kernel. */
export class BuildBar {
  private bar: SingleBar | undefined;
  private left = 0;

  constructor(private readonly silent: boolean) {}

  waiting(): void {
    if (!this.silent) process.stderr.write('waiting for another rebuild to finish\n');
  }

  start(kernel: string, steps: number): void {
    if (this.silent) return;
    if (!process.stderr.isTTY) {
      process.stderr.write(`building the module for kernel ${kernel}\n`);
      return;
    }
    const format = `building for ${kernel} {bar} {value}/{total}`;
    this.left = steps;
    this.bar = new SingleBar({format, stream: process.stderr, hideCursor: false}, Presets.rect);
    this.bar.start(steps, 0);
  }

  /* Kernels differ in the number of helper objects: more steps than expected are not shown. */
  step(): void {
    if (this.left-- > 0) this.bar?.increment();
  }

  stop(): void {
    this.bar?.stop();
    this.bar = undefined;
  }
}
