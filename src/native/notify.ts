// SPDX-License-Identifier: MIT
/* A datagram to a Unix socket, which Node cannot send. */
import koffi, {type KoffiFunc} from 'koffi';

import {LITTLE} from '../domain/packed-record.js';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
/* Neither wait for room nor raise SIGPIPE. */
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

/* sun_path of struct sockaddr_un. */
const PATH_MAX = 108;

const libc = koffi.load(null);
const socket = libc.func('int socket(int domain, int type, int protocol)') as KoffiFunc<
  (domain: number, type: number, protocol: number) => number
>;
const sendto = libc.func(
  'ssize_t sendto(int fd, const void *data, size_t size, int flags, const void *to, uint32_t length)',
) as KoffiFunc<
  (fd: number, data: Buffer, size: number, flags: number, to: Buffer, length: number) => number
>;
const close = libc.func('int close(int fd)') as KoffiFunc<(fd: number) => number>;

/* "@" stands for the NUL of an abstract address, whose length counts. */
function address(path: string): Buffer {
  const name = Buffer.from(path);
  if (path.startsWith('@')) name[0] = 0;
  const family = Buffer.alloc(2);
  if (LITTLE) family.writeUInt16LE(AF_UNIX);
  else family.writeUInt16BE(AF_UNIX);
  return Buffer.concat([family, name, Buffer.alloc(path.startsWith('@') ? 0 : 1)]);
}

/**
 * Sends a text to a Unix datagram socket.
 * @param path of the socket; an abstract one begins with "@"
 * @returns whether it was sent
 */
export function sendDatagram(path: string, text: string): boolean {
  if (Buffer.byteLength(path) >= PATH_MAX) return false;
  const fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const [data, to] = [Buffer.from(text), address(path)];
  const sent = sendto(fd, data, data.length, MSG_DONTWAIT | MSG_NOSIGNAL, to, to.length);
  close(fd);
  return sent === data.length;
}
