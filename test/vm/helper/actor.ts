// SPDX-License-Identifier: MIT
import path from 'node:path';
import {vm} from '../runner/shared.js';
import {PROGRAMS} from './build.js';
import {Lines} from './lines.js';

export interface ActorOptions {
  /** A program of the tests, or the path of a copy of one; default try. */
  program?: string;
  /** A command that runs the program, and stays the same process. */
  through?: readonly string[];
}

/** A process in the guest that does to files what it is told. */
export class Actor {
  readonly #lines: Lines;

  private constructor(
    lines: Lines,
    readonly pid: number,
  ) {
    this.#lines = lines;
  }

  static async start(options: ActorOptions = {}): Promise<Actor> {
    const program = path.resolve(PROGRAMS, options.program ?? 'try');
    const process = vm.spawn([...(options.through ?? []), program]);
    const actor = new Actor(new Lines(process), await process.pid);
    // Its answer says that it is no longer what started it.
    await actor.do('stat', '/');
    return actor;
  }

  get process() {
    return this.#lines.process;
  }

  /** Does it, and gives its answer: the name of an errno, "OK", or what was asked for. */
  async do(...words: (string | number)[]): Promise<string> {
    this.say(...words);
    return this.#lines.next();
  }

  say(...words: (string | number)[]): void {
    this.process.write(`${words.join(' ')}\n`);
  }

  /** The next line, where one order has several. */
  answer(): Promise<string> {
    return this.#lines.next();
  }

  /** The number of whoever answers: after "fork" it is a child. */
  async number(): Promise<number> {
    return Number(await this.do('pid'));
  }

  /** Everything about an object that an access could change. */
  show(file: string): Promise<string> {
    return this.do('show', file);
  }

  /** Each of these, or that there is nothing. */
  async showAll(files: readonly string[]): Promise<string[]> {
    const shown: string[] = [];
    for (const file of files) shown.push(`${file} ${await this.show(file)}`);
    return shown;
  }

  async end(): Promise<void> {
    this.process.end();
    await this.process.exit;
  }
}
