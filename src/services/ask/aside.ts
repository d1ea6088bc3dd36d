// SPDX-License-Identifier: MIT

/** Work that must not delay the stream of requests. */
export class Aside {
  private isBusy = false;
  private isWanted = false;
  private fail: (error: unknown) => void = () => undefined;
  /** Rejects where the work fails; never resolves. */
  readonly failure = new Promise<void>((_resolve, reject) => (this.fail = reject));

  /** @param work does everything that is to be done at the time of the call */
  constructor(private readonly work: () => Promise<void>) {}

  /** Does it now, or once more after the current run. */
  start(): void {
    this.isWanted = true;
    if (!this.isBusy) void this.run().catch(this.fail);
  }

  private async run(): Promise<void> {
    this.isBusy = true;
    while (this.isWanted) {
      this.isWanted = false;
      await this.work();
    }
    this.isBusy = false;
  }
}
