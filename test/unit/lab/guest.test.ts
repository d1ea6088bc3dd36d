// SPDX-License-Identifier: MIT
import {execFileSync} from 'node:child_process';
import {type Socket, createServer} from 'node:net';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';

import {bashCompletion} from '../../../src/lab/completion.js';
import {neededFolders, startFolder} from '../../../src/lab/folders.js';
import {FRAME, FRAME_MAX, FrameReader, encodeFrame, encodeRun} from '../../../src/lab/frame.js';
import {Session} from '../../../src/lab/session.js';
import {newFolder} from '../folder.js';
import {commandEnd} from '../../../src/lab/process.js';

describe('folders', () => {
  it.each([
    ['/home/ann/a b', '/home/ann/a b'],
    ['/tmp', '/tmp'],
    ['/dev/shm/x', '/dev/shm/x'],
    ['/proc/1', '/'],
    ['/dev', '/'],
    ['/device', '/device'],
  ])('a command that is typed in %s starts in %s', (here, there) => {
    expect(startFolder(here)).toBe(there);
  });

  it('of a program are those of its dependencies, too', () => {
    expect(neededFolders('/w', '/tmp/p/node_modules/fguard', '/opt/node/bin/node')).toEqual([
      '/opt/node',
      '/tmp/p/node_modules',
      '/w',
    ]);
    expect(neededFolders('/w', '/w', '/usr/bin/node')).toEqual(['/usr', '/w']);
  });
});

describe('the end of a command', () => {
  it.each([
    [7, null, 7],
    [null, 'SIGTERM', 143],
    [null, 'SIG34', 162],
  ])('code %s, signal %s, is told as %s', (code, signal, told) => {
    const result = {code, signal, stdout: '', stderr: ''};
    expect(commandEnd(result)).toEqual({code: told, signal});
  });
});

it('an argument that is not UTF-8 reaches the command as it is', () => {
  const bytes = encodeRun({arguments: ['a\udcffb'], cwd: '/', environment: {}});
  expect(bytes.includes(Buffer.from([0, 0x61, 0xff, 0x62, 0]))).toBe(true);
});

describe('what a guest sends', () => {
  const head = (length: number, type: number = FRAME.output): Buffer => {
    const bytes = Buffer.alloc(12);
    bytes.writeUInt32LE(length, 0);
    bytes.writeUInt32LE(type, 4);
    bytes.writeUInt32LE(1, 8);
    return bytes;
  };

  it('is taken in any pieces, up to the length of a frame', () => {
    const reader = new FrameReader();
    const frame = encodeFrame(FRAME.output, 1, Buffer.alloc(FRAME_MAX, 'x'));
    const lengths = [...Array(frame.length / 4).keys()].flatMap((at) =>
      [...reader.read(frame.subarray(at * 4, at * 4 + 4))].map(({data}) => data.length),
    );
    expect(lengths).toEqual([FRAME_MAX]);
  });

  it.each([FRAME_MAX + 1, 2 ** 32 - 1])('is not waited for if it promises %d bytes', (length) => {
    expect(() => [...new FrameReader().read(head(length))]).toThrow('is too long');
  });

  /* A guest that greets as it should, and then sends this. */
  async function lost(bytes: Buffer): Promise<string> {
    const path = join(newFolder(), 'agent');
    let line: Socket | undefined;
    const server = createServer((socket) => {
      line = socket.on('error', () => undefined);
      socket.once('data', (hello: Buffer) => socket.write(hello));
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const session = await Session.open(path, () => Promise.resolve('it ended'));
    const command = session.start({arguments: ['x'], cwd: '/', environment: {}});
    line?.write(bytes);
    const {message} = await command.exit.then(
      () => new Error('it went on'),
      (error: unknown) => error as Error,
    );
    server.close();
    return message;
  }

  it.each([
    ['a frame without an end', head(2 ** 31), 'a frame of 2147483648 bytes is too long'],
    ['an exit without a code', head(0, FRAME.exit), 'out of range'],
    ['an exit with half of one', Buffer.concat([head(2, FRAME.exit), Buffer.alloc(2)]), 'bounds'],
  ])('ends the line: %s', async (_what, bytes, words) => {
    expect(await lost(bytes)).toMatch(new RegExp(`the VM is gone: .*(?:${words}|bounds)`));
  });
});

describe('completion', () => {
  const script = bashCompletion([
    {id: 'lab', flags: ['kernel', 'json']},
    {id: 'load', flags: ['json']},
  ]);
  const complete = (...words: string[]): string => {
    const line = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}`;
    const show = '_fguard; printf "%s\\n" "${COMPREPLY[@]}"';
    return execFileSync('bash', ['-c', `${script}\n${line}\n${show}`], {encoding: 'utf8'}).trim();
  };

  it.each([
    [['fguard', 'l'], 'lab\nload'],
    [['fguard', 'h'], 'help'],
    [['fguard', 'lab', '--k'], '--kernel'],
    [['fguard', 'load', '--'], '--help\n--json'],
    [['fguard', 'lab', 'x'], ''],
  ])('of %o is %s', (words, found) => {
    expect(complete(...words)).toBe(found);
  });
});
