// SPDX-License-Identifier: MIT
/* A socket that service managers and the journal have, which Node cannot make. */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {type Interface, createInterface} from 'node:readline';
import {afterAll} from 'vitest';

import {newFolder} from '../unit/folder.js';
import {buildC} from './compile.js';

const SOURCE = `
#include <err.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char **argv)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	socklen_t length = offsetof(struct sockaddr_un, sun_path) + strlen(argv[argc - 1]);
	static unsigned char data[65536];
	ssize_t size;

	strncpy(at.sun_path, argv[argc - 1], sizeof(at.sun_path) - 1);
	if (at.sun_path[0] == '@')
		at.sun_path[0] = 0;
	if (bind(fd, (struct sockaddr *)&at, length) < 0)
		err(1, "bind");
	puts("bound");
	fflush(stdout);
	while ((size = recv(fd, data, sizeof(data), 0)) >= 0) {
		for (ssize_t i = 0; i < size; i++)
			printf("%02x", data[i]);
		putchar('\\n');
		fflush(stdout);
	}
}
`;

const running: ChildProcess[] = [];
afterAll(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

const PROGRAM = buildC(SOURCE);

/** Receives datagrams. */
export class DatagramSocket {
  private readonly lines: AsyncIterator<string>;

  private constructor(
    private readonly child: ChildProcess,
    lines: Interface,
  ) {
    this.lines = lines[Symbol.asyncIterator]();
  }

  /** @param path of the socket, "@" in front of an abstract one */
  static async bind(path = join(newFolder(), 'notify')): Promise<[DatagramSocket, string]> {
    const child = spawn(PROGRAM, [path], {stdio: ['ignore', 'pipe', 'inherit']});
    running.push(child);
    const socket = new DatagramSocket(child, createInterface({input: child.stdout}));
    if ((await socket.line()) !== 'bound') throw new Error('no socket');
    return [socket, path];
  }

  async bytes(): Promise<Buffer> {
    return Buffer.from(await this.line(), 'hex');
  }

  /** The next one as text, on one line. */
  async next(): Promise<string> {
    return (await this.bytes()).toString().replaceAll('\n', ' ');
  }

  /** The next one that begins so. */
  async until(beginning: string): Promise<string> {
    for (;;) {
      const text = await this.next();
      if (text.startsWith(beginning)) return text;
    }
  }

  /** Takes none, until continued. */
  stop(): void {
    this.child.kill('SIGSTOP');
  }

  continue(): void {
    this.child.kill('SIGCONT');
  }

  /** Goes away; the file of the socket stays. */
  async end(): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }

  private async line(): Promise<string> {
    const next = await this.lines.next();
    if (next.done === true) throw new Error('no datagram more');
    return next.value;
  }
}
