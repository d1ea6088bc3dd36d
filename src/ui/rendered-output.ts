// SPDX-License-Identifier: MIT
import type {EventRecord} from '../domain/records.js';
import {StreamOutput} from './output.js';

/** Standard output for events, rendered as text. */
export class RenderedOutput {
  readonly descriptor = 1;
  private readonly output = new StreamOutput();

  constructor(private readonly render: (record: EventRecord) => string) {}

  write(events: Iterable<EventRecord>): Promise<void> | undefined {
    let text = '';
    for (const event of events) text += this.render(event);
    return this.output.write(text);
  }

  onClosed(callback: (error?: Error) => void): void {
    this.output.onClosed(callback);
  }

  end(signal: AbortSignal): Promise<void> {
    return this.output.end(signal);
  }
}
