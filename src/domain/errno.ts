// SPDX-License-Identifier: MIT

/** The errnos of the module and the library, with the text to use if they give no sentence. */
const TABLE = {
  EPERM: [1, 'this needs CAP_SYS_ADMIN in the initial user namespace'],
  ENOENT: [2, 'no such file or directory'],
  ESRCH: [3, 'no such process'],
  EINTR: [4, 'interrupted'],
  EIO: [5, 'input or output error'],
  E2BIG: [7, 'too many values at once'],
  ENOMEM: [12, 'out of memory'],
  EACCES: [13, 'permission denied'],
  EBUSY: [16, 'another tracer uses a kernel function that this needs'],
  EEXIST: [17, 'it already exists'],
  ENODEV: [19, 'the module was unloaded'],
  ENOTDIR: [20, 'a component of the path is not a directory'],
  EISDIR: [21, 'it is a directory'],
  EINVAL: [22, 'a value is not valid'],
  ERANGE: [34, 'a value is too long'],
  ENAMETOOLONG: [36, 'the path is too long'],
  ELOOP: [40, 'too many symbolic links'],
  EPROTO: [71, 'the module uses another version of the protocol'],
  EMSGSIZE: [90, 'the buffer is too small'],
  EOPNOTSUPP: [95, 'this kernel lacks a function that this needs'],
  ENOBUFS: [105, 'no buffer space'],
} as const satisfies Record<string, readonly [number, string]>;

export type ErrnoName = keyof typeof TABLE;

const NAMES = new Map<number, ErrnoName>(
  Object.entries(TABLE).map(([name, [number]]) => [number, name as ErrnoName]),
);

export const errnoNumber = (name: ErrnoName): number => TABLE[name][0];

const isErrnoName = (name: string): name is ErrnoName => Object.hasOwn(TABLE, name);

/** The name of a positive errno; numbers outside the table keep their digits. */
export const errnoName = (number: number): string => NAMES.get(number) ?? `E${number}`;

export const errnoText = (name: string): string =>
  isErrnoName(name) ? TABLE[name][1] : `error ${name}`;

/* The meaning of errnos from file systems, where it differs. */
const OF_FILES: Readonly<Record<string, string>> = {
  EPERM: 'operation not permitted',
  ENXIO: 'no such device or address',
  EBUSY: 'it is in use',
  EXDEV: 'it is on another file system',
  ENODEV: 'no such device',
  EINVAL: 'the file system does not support this',
  ENFILE: 'too many open files in the system',
  EMFILE: 'too many open files',
  ETXTBSY: 'the program is running',
  EFBIG: 'the file is too large',
  ENOSPC: 'no space left on the device',
  EROFS: 'the file system is mounted read-only',
  EMLINK: 'too many links',
  ENOTEMPTY: 'the directory is not empty',
  EOPNOTSUPP: 'the file system does not support this',
  ENOTCONN: 'the file server does not answer',
  ETIMEDOUT: 'the file server does not answer',
  EHOSTDOWN: 'the file server does not answer',
  ESTALE: 'the file is gone from its server',
  EDQUOT: 'the disk quota is exceeded',
};

/** The text for an errno of a file operation. */
export const fileErrorText = (name: string): string =>
  Object.hasOwn(OF_FILES, name) ? (OF_FILES[name] ?? name) : errnoText(name);
