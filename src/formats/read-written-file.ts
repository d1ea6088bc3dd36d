// SPDX-License-Identifier: MIT
import {decodePath} from '../domain/text.js';
import {fileErrorText} from '../domain/errno.js';
import {UserError, notPermitted} from '../domain/errors.js';
import {MIB, errorCode, readRegular} from '../linux/files.js';
import {withSudo} from '../linux/privilege.js';
import {JsonFile, parseJson} from './json-file.js';
import type {WrittenFile} from './written-file.js';
import {YamlFile} from './yaml-file.js';

/* A YAML map takes a hundred times the memory of its text, JSON much less. */
const YAML_MAX = 16 * MIB;
const JSON_MAX = 128 * MIB;

function read(path: string, max: number): string {
  try {
    return decodePath(readRegular(path, max));
  } catch (error) {
    const code = errorCode(error);
    if (error instanceof UserError || code === '' || code.startsWith('ERR_')) throw error;
    const message = `cannot read ${path}: ${fileErrorText(code)}`;
    throw code === 'EACCES' ? notPermitted(message, [withSudo()]) : new UserError(code, message);
  }
}

/**
 * Reads a file; the result contains its errors.
 * @throws UserError if it cannot be read, is not a regular file, or is too large
 */
export function readWrittenFile(path: string, max = JSON_MAX): WrittenFile {
  const text = read(path, max);
  const json = parseJson(text);
  if (json !== undefined) return new JsonFile(path, text, json.value);
  if (text.length <= YAML_MAX) return new YamlFile(path, text);
  throw new UserError(
    'EFBIG',
    `${path} is larger than ${YAML_MAX / MIB} MiB; use JSON, which may be larger`,
  );
}
