// SPDX-License-Identifier: MIT
import {EcsFlat, EcsVersion} from '@elastic/ecs';
import {describe, expect, it} from 'vitest';

import {OPS, REASONS, VERDICTS} from '../../../src/domain/names.js';
import {type EventRecord, records} from '../../../src/domain/records.js';
import {ECS_VERSION, ecsLine} from '../../../src/formats/ecs.js';
import {ocsfLine} from '../../../src/formats/ocsf.js';
import {expectDocument} from '../../contract/schemas.js';
import {type AccessFields, packAccess, packGap} from '../records.js';

const ORIGIN = {
  host: 'box',
  version: '1.2.3',
  kernel: '6.1.0-1-amd64',
  userName: (uid: number) => (uid === 0 ? 'root' : `user${uid}`),
};

const record = (bytes: Buffer): EventRecord => {
  const [first] = [...records(bytes)];
  if (first === undefined) throw new Error('there is no record');
  return first;
};

const access = (fields: Partial<AccessFields> = {}): EventRecord => record(packAccess(fields));
const gap = record(packGap(9, 120, 1_767_225_600_000_000_000n, 1_767_225_601_000_000_000n));

type Document = Record<string, unknown>;

const ecs = (one: EventRecord): Document => JSON.parse(ecsLine(one, ORIGIN)) as Document;
const ocsf = (one: EventRecord): Document => JSON.parse(ocsfLine(one, ORIGIN)) as Document;

/* Every operation, verdict and reason, with and without what may be missing. */
const hostile = access({path: '/srv/\u001b[2Ja\nb\u202ec', comm: 'rm\u001b]0;x\u0007'});

describe('sentences for a person', () => {
  it.each([
    ['ECS', ecs],
    ['OCSF', ocsf],
  ])('%s shows what acts on a terminal as what it is', (_name, format) => {
    const {message} = format(hostile);
    expect(message).toMatch(
      /^rm\\x1b\\x5d0;x\\x07\[\d+\] was \w+ to \w+ \/srv\/\\x1b\[2Ja\\nb\\u\{202e\}c$/,
    );
    expect(JSON.stringify(format(hostile).file)).toContain('\\u001b[2Ja\\nb');
  });
});

const CASES: [string, EventRecord][] = OPS.list.flatMap((op, index) =>
  VERDICTS.list.map((verdict, at): [string, EventRecord] => [
    `${op} ${verdict}`,
    access({
      op: OPS.value(op) ?? 0,
      verdict: at,
      reason: index % REASONS.list.length,
      rule: at * 7,
      newPath: index % 2 === 0 ? '/srv/new.db' : '',
      exe: index % 3 === 0 ? '' : '/usr/bin/rm',
      loginuid: index % 2 === 0 ? 0xffffffff : 1000,
    }),
  ]),
);

interface Field {
  type: string;
  normalize: string[];
  allowed_values?: {name: string; expected_event_types?: string[]}[];
}

const FIELDS = EcsFlat as unknown as Record<string, Field>;

const isMap = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function leaves(document: Document, above = ''): [string, unknown][] {
  return Object.entries(document).flatMap(([key, value]): [string, unknown][] =>
    isMap(value) ? leaves(value, `${above}${key}.`) : [[`${above}${key}`, value]],
  );
}

const TYPES: Record<string, (value: unknown) => boolean> = {
  date: (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(String(value)),
  long: (value) => Number.isSafeInteger(value),
  keyword: (value) => typeof value === 'string',
  match_only_text: (value) => typeof value === 'string',
};

/* What is wrong with a field of a document, as the published definition has it. */
function complaint([name, value]: [string, unknown]): string | undefined {
  const field = FIELDS[name];
  if (field === undefined) return `${name} is no field`;
  const wantsList = field.normalize.includes('array');
  if (Array.isArray(value) !== wantsList) return `${name}: list`;
  const values: unknown[] = Array.isArray(value) ? value : [value];
  if (!values.every(TYPES[field.type] ?? (() => false))) return `${name} is no ${field.type}`;
  const allowed = field.allowed_values?.map((one) => one.name);
  const strange = values.filter((one) => allowed?.includes(one as string) === false);
  return strange.length === 0 ? undefined : `${name}: ${JSON.stringify(strange)}`;
}

function expectEcs(document: Document): void {
  const published = leaves(document).filter(([name]) => !name.startsWith('fguard.'));
  expect(published.flatMap((leaf) => complaint(leaf) ?? [])).toEqual([]);
  expect(document).toMatchObject({'@timestamp': expect.any(String), ecs: {version: EcsVersion}});
}

describe('events in the Elastic Common Schema', () => {
  it('are of the version that they are checked against', () => {
    expect(ECS_VERSION).toBe(EcsVersion);
  });

  it.each(CASES)('have only its fields, types and values: %s', (_what, one) => {
    expectEcs(ecs(one));
  });

  it.each(CASES)('have a type that it expects of files: %s', (_what, one) => {
    const {type} = ecs(one).event as {type: string[]};
    const categories = FIELDS['event.category']?.allowed_values ?? [];
    const expected = categories.find(({name}) => name === 'file')?.expected_event_types;
    expect(expected).toEqual(expect.arrayContaining(type));
  });

  it('say who did what', () => {
    expect(ecs(access({newPath: '/srv/x\udcff'}))).toMatchObject({
      '@timestamp': '2026-01-01T00:00:00.123456Z',
      message: 'rm[100] was denied to delete /srv/a.db',
      event: {
        action: 'delete',
        type: ['deletion'],
        outcome: 'failure',
        reason: 'rule',
        sequence: 1,
      },
      rule: {id: '7'},
      file: {path: '/srv/a.db', name: 'a.db', directory: '/srv', extension: 'db'},
      process: {pid: 100, thread: {id: 101}, parent: {pid: 1}, executable: '/usr/bin/rm'},
      user: {id: '0', name: 'root'},
      related: {user: ['root', 'user1000']},
      host: {name: 'box'},
      fguard: {new_path: '/srv/x\\xff', login: {id: '1000', name: 'user1000'}},
    });
  });

  it('tell of a gap', () => {
    expectEcs(ecs(gap));
    expect(ecs(gap)).toMatchObject({
      message: '120 events lost: reader too slow',
      event: {kind: 'pipeline_error', start: '2026-01-01T00:00:00.000000Z'},
      fguard: {lost: 120},
    });
  });
});

describe('events in OCSF', () => {
  it.each([...CASES, ['gap', gap] as const])('are of its form: %s', (_what, one) => {
    const document = ocsf(one);
    expectDocument('ocsf', document);
    const {class_uid, activity_id, type_uid} = document as Record<string, number>;
    expect(type_uid).toBe((class_uid ?? 0) * 100 + (activity_id ?? 0));
  });

  it('say who did what', () => {
    expect(ocsf(access())).toMatchObject({
      class_uid: 1001,
      activity_name: 'Delete',
      type_uid: 100_104,
      time: 1_767_225_600_123,
      severity: 'Low',
      status: 'Failure',
      action: 'Denied',
      disposition: 'Blocked',
      file: {path: '/srv/a.db', name: 'a.db', parent_folder: '/srv'},
      actor: {
        process: {pid: 100, file: {path: '/usr/bin/rm'}, user: {uid: '0', name: 'root'}},
        user: {uid: '1000', name: 'user1000'},
      },
      policy: {uid: '7'},
      device: {hostname: 'box', os: {kernel_release: '6.1.0-1-amd64'}},
    });
  });

  it('call what the class does not know by our name', () => {
    const exec = access({op: OPS.value('exec') ?? 0});
    expect(ocsf(exec)).toMatchObject({activity_id: 99, activity_name: 'exec', type_uid: 100_199});
  });
});

describe('both', () => {
  it('are Unicode, whatever the names are', () => {
    const odd = access({path: '/\udcff\u2028é', comm: '\udc80', exe: '/\udcff', newPath: '/'});
    for (const line of [ecsLine(odd, ORIGIN), ocsfLine(odd, ORIGIN)]) {
      expect(line).not.toMatch(/\\ud[c-f]/);
      expect(line).toContain('/\\\\xff\\u2028é');
      expect(line.endsWith('}\n')).toBe(true);
    }
  });
});
