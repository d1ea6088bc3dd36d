// SPDX-License-Identifier: MIT
/* Paths as texts. Other than those of node:path, these leave dots, slashes and links as they are written. */

/** A name in a directory. */
export const inDirectory = (directory: string, name: string): string =>
  directory === '/' ? `/${name}` : `${directory}/${name}`;

/** The directory that a path is in; that of the root is the root. */
export const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

/** What a path is called in its directory. */
export const lastName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
