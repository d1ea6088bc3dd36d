// SPDX-License-Identifier: MIT
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';

import {toQuestion} from '../../../src/domain/question.js';
import {
  type AccessRecord,
  type EventRecord,
  askRecords,
  records,
} from '../../../src/domain/records.js';
import {decodePath} from '../../../src/domain/text.js';
import {
  FGUARD_CUT_EXE,
  FGUARD_CUT_PATH,
  FGUARD_CUT_SCRIPT,
  FGUARD_NO_LOGIN,
  fguard_record as HEAD,
} from '../../../src/domain/uapi.gen.js';
import {
  type AccessFields,
  anAccess,
  packAccess,
  packClosed,
  packGap,
  packQuestion,
  packUnknown,
} from '../records.js';

const read = (...packed: Buffer[]): EventRecord[] => [...records(Buffer.concat(packed))];

function readAccess(fields: Partial<AccessFields>): AccessRecord {
  const [record] = read(packAccess(fields));
  if (record?.type !== 'access') throw new Error('not an access');
  return record;
}

const u32 = fc.integer({min: 0, max: 2 ** 32 - 2});
const name = (maxLength: number) =>
  fc.uint8Array({minLength: 1, maxLength}).map((bytes) => decodePath(Buffer.from(bytes)));

const anyAccess: fc.Arbitrary<AccessFields> = fc.record({
  seq: fc.maxSafeNat(),
  time: fc.bigInt({min: 0n, max: 2n ** 63n}),
  rule: u32,
  pid: u32,
  tid: u32,
  ppid: u32,
  uid: u32,
  loginuid: u32,
  open_flags: u32,
  op: fc.nat(255),
  verdict: fc.nat(255),
  reason: fc.nat(255),
  cut: fc.constant(0),
  path: name(300),
  newPath: name(300),
  exe: name(100),
  comm: name(15),
});

describe('event records', () => {
  it('what was packed is read, at any place of a batch', () => {
    fc.assert(
      fc.property(fc.array(anyAccess, {minLength: 1, maxLength: 5}), (list) => {
        const found = read(...list.map(packAccess)) as AccessRecord[];
        const fields = found.map((record) => ({
          seq: record.seq,
          time: record.time,
          rule: record.rule,
          pid: record.pid,
          tid: record.tid,
          ppid: record.ppid,
          uid: record.uid,
          loginuid: record.loginuid,
          open_flags: record.openFlags,
          op: record.op,
          verdict: record.verdict,
          reason: record.reason,
          cut: 0,
          path: record.path,
          newPath: record.newPath,
          exe: record.exe,
          comm: record.comm,
        }));
        expect(fields).toEqual(list);
      }),
    );
  });

  it('no login, no new path and no executable are null', () => {
    const record = readAccess({loginuid: FGUARD_NO_LOGIN, newPath: '', exe: ''});
    expect([record.loginuid, record.newPath, record.exe]).toEqual([null, null, null]);
    expect(record.comm).toBe(anAccess.comm);
  });

  it('a string that lost its front does not pass for a whole path', () => {
    const record = readAccess({cut: FGUARD_CUT_PATH | FGUARD_CUT_EXE, path: 'deep/a', exe: 'x'});
    expect([record.path, record.exe]).toEqual(['…deep/a', '…x']);
  });

  it('a gap tells how many were lost and when', () => {
    const [gap] = read(packGap(9, 2 ** 40, 5n, 6n));
    expect(gap).toMatchObject({type: 'gap', seq: 9, lost: 2 ** 40, from: 5n, to: 6n});
  });

  it('a question is copied out of its batch, with all digits of its id', () => {
    const id = 2n ** 64n - 1n;
    const batch = packQuestion(id, 5n, {newPath: '/srv/b', verdict: 0, loginuid: FGUARD_NO_LOGIN});
    const [record] = askRecords(batch);
    if (record?.type !== 'question') throw new Error('not a question');
    const question = toQuestion(record);
    batch.fill(0xff);
    expect(question).toEqual({
      id: '18446744073709551615',
      rule: 7,
      op: 4,
      path: '/srv/a.db',
      newPath: '/srv/b',
      pid: 100,
      tid: 101,
      ppid: 1,
      comm: 'rm',
      exe: '/usr/bin/rm',
      script: null,
      uid: 0,
      loginuid: null,
      time: 0n,
      deadline: 5n,
      defaultVerdict: 0,
    });
  });

  it('a question tells the script that the asker runs', () => {
    const [record] = askRecords(packQuestion(1n, 5n, {comm: 'a.sh'}, '/srv/\udcff.sh'));
    expect(record).toMatchObject({script: '/srv/\udcff.sh', access: {comm: 'a.sh'}});
    const [marked] = askRecords(packQuestion(1n, 5n, {cut: FGUARD_CUT_SCRIPT}, 'srv/a.sh'));
    expect(marked).toMatchObject({script: '…srv/a.sh', access: {path: '/srv/a.db'}});
    const batch = packQuestion(1n, 5n, {}, '/a.sh');
    batch.writeUInt16LE(batch.length, HEAD.script_length);
    expect(() => [...askRecords(batch)]).toThrow('strings beyond the end');
  });

  it('the end of a question tells how it ended', () => {
    const [record] = askRecords(packClosed(7n, 2, 1));
    expect(record).toMatchObject({type: 'closed', id: 7n, reason: 2, verdict: 1});
  });

  it('watchers see no questions, and answerers no accesses', () => {
    const batch = Buffer.concat([packQuestion(1n, 0n, {}), packAccess(), packClosed(1n, 0, 0)]);
    expect([...records(batch)].map(({type}) => type)).toEqual(['access']);
    expect([...askRecords(batch)].map(({type}) => type)).toEqual(['question', 'closed']);
  });

  it('a question whose strings leave the record is refused', () => {
    const bytes = packQuestion(1n, 0n, {});
    bytes.writeUInt16LE(5000, 40 + 56);
    expect(() => [...askRecords(bytes)]).toThrow('malformed event record');
  });

  it('types of later modules are stepped over', () => {
    const types = read(packAccess(), packUnknown(2), packGap(3, 1, 0n, 0n)).map(({type}) => type);
    expect(types).toEqual(['access', 'gap']);
  });

  it('a batch that begins inside a larger buffer is read by its own bounds', () => {
    const packed = packAccess({path: '/x'});
    const larger = Buffer.concat([Buffer.alloc(24, 0xff), packed, Buffer.alloc(24, 0xff)]);
    const batch = larger.subarray(24, 24 + packed.length);
    expect([...records(batch)].map((record) => record.seq)).toEqual([1]);
  });

  it.each([
    ['a length of zero', (bytes: Buffer) => bytes.writeUInt16LE(0, 0)],
    ['a length beyond the batch', (bytes: Buffer) => bytes.writeUInt16LE(4096, 0)],
    ['a length that is not a multiple of eight', (bytes: Buffer) => bytes.writeUInt16LE(97, 0)],
    ['strings beyond the record', (bytes: Buffer) => bytes.writeUInt16LE(5000, 56)],
  ])('%s is refused, not followed', (_name, damage) => {
    const bytes = packAccess();
    damage(bytes);
    expect(() => read(bytes)).toThrow('malformed event record');
  });

  it('damage anywhere neither hangs nor reads outside the batch', () => {
    fc.assert(
      fc.property(fc.nat(103), fc.nat(255), (at, value) => {
        const bytes = Buffer.concat([packAccess(), packGap(2, 1, 0n, 0n)]);
        bytes[at] = value;
        try {
          for (const record of records(bytes)) if (record.type === 'access') record.comm.at(0);
        } catch (error) {
          expect(String(error)).toContain('malformed event record');
        }
      }),
    );
  });
});
