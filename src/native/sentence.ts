// SPDX-License-Identifier: MIT
import koffi, {type KoffiFunc} from 'koffi';

const strerror = koffi.load(null).func('const char *strerror(int number)') as KoffiFunc<
  (number: number) => string
>;

/**
 * What the module itself said of a failure. Where it said nothing the library has
 * the C library's words for the errno, which tell a person less than ours.
 */
export const ownSentence = (errno: number, message: string): string =>
  message === strerror(errno) ? '' : message;
