// SPDX-License-Identifier: MIT
import koffi, {type KoffiFunc} from 'koffi';

const exit = koffi.load(null).func('void _exit(int code)') as KoffiFunc<(code: number) => void>;

/** Ends the process without waiting for any of its threads. */
export const endAtOnce = (code: number): void => {
  exit(code);
};
