// SPDX-License-Identifier: MIT
import {readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';

import {journalEntry} from '../../../src/formats/journal-entry.js';
import {type EventRecord, records} from '../../../src/domain/records.js';
import {JOURNAL_IDS, journalFields} from '../../../src/formats/journal.js';
import {parseEntry} from '../journal.js';
import {type AccessFields, packAccess, packGap} from '../records.js';

const userName = (uid: number): string => (uid === 0 ? 'root' : 'ann');

/* The longest that the module puts into a record. */
const PATH_MAX = 4096;

function one(bytes: Buffer): EventRecord {
  const [record] = records(bytes);
  if (record === undefined) throw new Error('no record');
  return record;
}

const entry = (bytes: Buffer): Buffer => journalEntry(journalFields(one(bytes), userName));
const fields = (bytes: Buffer): [string, string][] => parseEntry(entry(bytes));
const access = (some: Partial<AccessFields> = {}) => fields(packAccess(some));
const valuesOf = (all: [string, string][], wanted: string): string[] =>
  all.filter(([name]) => name === wanted).map(([, value]) => value);

/* The names that the keys of a document have. */
function namesOf(schema: string): string[] {
  const file = new URL(`../../contract/schemas/${schema}.json`, import.meta.url);
  const {properties} = JSON.parse(readFileSync(file, 'utf8')) as {properties: object};
  return Object.keys(properties).map(
    (key) => `FGUARD_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`,
  );
}

const gap = fields(packGap(9, 120, 1_767_225_600_000_000_000n, 1_767_225_601_000_000_000n));

describe('a refusal in the journal', () => {
  it('has the words of a line of watch, and what the journal finds it by', () => {
    expect(Object.fromEntries(access({newPath: '/srv/b.db'}))).toMatchObject({
      MESSAGE: 'deny delete rm[100] ann→root rule 7 /srv/a.db -> /srv/b.db',
      MESSAGE_ID: JOURNAL_IDS.access,
      PRIORITY: '4',
      SYSLOG_IDENTIFIER: 'fguard',
      OBJECT_PID: '100',
      FGUARD_VERDICT: 'deny',
      FGUARD_RULE: '7',
      FGUARD_PATH: '/srv/a.db',
      FGUARD_NEW_PATH: '/srv/b.db',
      FGUARD_TIME: '2026-01-01T00:00:00.123456Z',
    });
  });

  it('has a field for each key of the JSON document', () => {
    const names = access({newPath: '/x', open_flags: 0o100}).map(([name]) => name);
    expect(names.filter((name) => name.startsWith('FGUARD_'))).toEqual(namesOf('access'));
  });

  it('has a field for each flag, and none for what there is not', () => {
    const all = access({
      rule: 0,
      exe: '',
      loginuid: 0xffffffff,
      open_flags: 0o101,
    });
    expect(valuesOf(all, 'FGUARD_FLAGS')).toEqual(['O_WRONLY', 'O_CREAT']);
    for (const name of ['RULE', 'EXE', 'LOGINUID', 'USER', 'NEW_PATH'])
      expect(valuesOf(all, `FGUARD_${name}`)).toEqual([]);
  });

  it('cannot be forged by a name', () => {
    const path = '/srv/a\nFGUARD_VERDICT=allow\nMESSAGE=x\n\nPRIORITY=7\n';
    const all = access({path, comm: 'a\nOBJECT_PID=1'});
    expect(valuesOf(all, 'FGUARD_PATH')).toEqual([path]);
    expect(valuesOf(all, 'FGUARD_COMM')).toEqual(['a\nOBJECT_PID=1']);
    expect(valuesOf(all, 'FGUARD_VERDICT')).toEqual(['deny']);
    expect(valuesOf(all, 'OBJECT_PID')).toEqual(['100']);
    expect(valuesOf(all, 'MESSAGE')).toEqual([expect.stringContaining('/srv/a\\nFGUARD_VERDICT')]);
  });

  it('has the bytes of a name as they are, and a message of one line that a terminal can show', () => {
    const all = access({path: '/\udcff\u001b[2J', comm: '\udc80'});
    expect(valuesOf(all, 'FGUARD_PATH')).toEqual(['/\udcff\u001b[2J']);
    const bytes = entry(packAccess({path: '/\udcff'}));
    expect(bytes.includes(Buffer.from('FGUARD_PATH=/\xff\n', 'latin1'))).toBe(true);
    expect(valuesOf(all, 'MESSAGE')[0]).toContain('\\x80[100] ann→root rule 7 /\\xff\\x1b[2J');
  });

  it('fits a datagram, however long its names are', () => {
    const long = '\u0001'.repeat(PATH_MAX - 1);
    const bytes = entry(
      packAccess({path: long, newPath: long, exe: long, comm: long.slice(0, 15)}),
    );
    expect(bytes.length).toBeLessThan(65_536);
  });
});

describe('others in the journal', () => {
  it('what was allowed is information', () => {
    expect(valuesOf(access({verdict: 0}), 'PRIORITY')).toEqual(['6']);
  });

  it('a gap is an error, with all its keys', () => {
    expect(Object.fromEntries(gap)).toMatchObject({
      MESSAGE: expect.stringMatching(/^120 events lost until .*: reader too slow$/) as string,
      MESSAGE_ID: JOURNAL_IDS.gap,
      PRIORITY: '3',
      SYSLOG_IDENTIFIER: 'fguard',
      FGUARD_LOST: '120',
    });
    const names = gap.map(([name]) => name).filter((name) => name.startsWith('FGUARD_'));
    expect(names).toEqual(namesOf('gap'));
  });
});
