// SPDX-License-Identifier: MIT
import {hostname, release} from 'node:os';

import {journalEntry} from '../formats/journal-entry.js';
import {JournalOutput} from '../services/journal/journal-output.js';
import {packageVersion} from '../linux/package-root.js';
import {NamesAside} from '../linux/names-aside.js';
import type {EventOutput} from '../services/watch.js';
import {journalFields} from '../formats/journal.js';
import {type LogFormat, isLogFormat, logRenderer, recordRenderer} from '../ui/render-record.js';
import {RenderedOutput} from '../ui/rendered-output.js';

/** The journal's socket; FGUARD_JOURNAL may name another, such as that of a journal namespace. */
const JOURNAL = '/run/systemd/journal/socket';

export interface WatchOutput extends EventOutput {
  /** Waits until the output has been written, unless aborted. */
  end(signal: AbortSignal): Promise<void>;
}

function log(format: LogFormat, userName: (uid: number) => string): RenderedOutput {
  const origin = {host: hostname(), version: packageVersion(), kernel: release(), userName};
  return new RenderedOutput(logRenderer(format, origin));
}

/** Where `fguard watch` writes the events, and in which format. */
export async function watchOutput(format: string | undefined, json: boolean): Promise<WatchOutput> {
  const userName = new NamesAside().name;
  if (format === 'journal')
    return JournalOutput.open(process.env.FGUARD_JOURNAL ?? JOURNAL, (record) =>
      journalEntry(journalFields(record, userName)),
    );
  if (format !== undefined && isLogFormat(format)) return log(format, userName);
  return new RenderedOutput(recordRenderer(json, userName));
}
