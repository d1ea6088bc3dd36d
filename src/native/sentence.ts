// SPDX-License-Identifier: MIT
import koffi, {type KoffiFunc} from 'koffi';

const strerror = koffi.load(null).func('const char *strerror(int number)') as KoffiFunc<
  (number: number) => string
>;

/**
 * The module's own sentence about an error. Without one, the library returns the
 * C library's text for the errno, which says less than ours.
 */
export const ownSentence = (errno: number, message: string): string =>
  message === strerror(errno) ? '' : message;
