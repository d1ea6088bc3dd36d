// SPDX-License-Identifier: MIT
/* Datagrams to a Unix socket, which Node cannot send. */
import koffi, {type KoffiFunc} from 'koffi';

import {LITTLE} from '../../domain/packed-record.js';

/** The result of sending a datagram: "full": the reader has no room now; "gone": it no longer exists. */
export type Sent = 'sent' | 'full' | 'too long' | 'gone';

/** A connection to a Unix datagram socket. */
export interface Datagrams {
  send(data: Buffer): Sent;
  /** Calls back once, when there may be room again. */
  onRoom(callback: () => void): void;
  close(): void;
}

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
/* Neither waits for room nor raises SIGPIPE. */
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

const EAGAIN = 11;
const EMSGSIZE = 90;

/* sun_path of struct sockaddr_un. */
const PATH_MAX = 108;

const libc = koffi.load(null);
const socket = libc.func('int socket(int domain, int type, int protocol)') as KoffiFunc<
  (domain: number, type: number, protocol: number) => number
>;
const connect = libc.func('int connect(int fd, const void *to, uint32_t length)') as KoffiFunc<
  (fd: number, to: Buffer, length: number) => number
>;
const send = libc.func(
  'intptr_t send(int fd, const void *data, size_t size, int flags)',
) as KoffiFunc<(fd: number, data: Buffer, size: number, flags: number) => number>;
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

class UnixDatagrams implements Datagrams {
  private poll: ReturnType<typeof koffi.node.poll> | undefined;

  constructor(private readonly fd: number) {}

  send(data: Buffer): Sent {
    if (send(this.fd, data, data.length, MSG_DONTWAIT | MSG_NOSIGNAL) === data.length)
      return 'sent';
    const errno = koffi.errno();
    return errno === EAGAIN ? 'full' : errno === EMSGSIZE ? 'too long' : 'gone';
  }

  onRoom(callback: () => void): void {
    this.poll = koffi.node.poll(this.fd, {writable: true}, () => {
      this.stopWaiting();
      callback();
    });
  }

  close(): void {
    this.stopWaiting();
    close(this.fd);
  }

  private stopWaiting(): void {
    this.poll?.close();
    this.poll = undefined;
  }
}

/**
 * Connects to a Unix datagram socket.
 * @param path path of the socket; an abstract one begins with "@"
 * @returns undefined if there is no such socket, or we are not allowed to write to it
 */
export function connectDatagrams(path: string): Datagrams | undefined {
  if (Buffer.byteLength(path) >= PATH_MAX) return undefined;
  const fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return undefined;
  const to = address(path);
  if (connect(fd, to, to.length) === 0) return new UnixDatagrams(fd);
  close(fd);
  return undefined;
}

/**
 * Sends a text to a Unix datagram socket.
 * @param path as for connectDatagrams()
 * @returns whether it was sent
 */
export function sendDatagram(path: string, text: string): boolean {
  const datagrams = connectDatagrams(path);
  const result = datagrams?.send(Buffer.from(text));
  datagrams?.close();
  return result === 'sent';
}
