// SPDX-License-Identifier: MIT
/* Operations on path strings. Unlike node:path, they keep dots and repeated slashes. */

/** The path of a name in a directory. */
export const inDirectory = (directory: string, name: string): string =>
  directory === '/' ? `/${name}` : `${directory}/${name}`;

/** The directory that a path is in; that of the root is the root. */
export const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

/** The last component of a path. */
export const lastName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
