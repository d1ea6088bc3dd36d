// SPDX-License-Identifier: MIT
import koffi, {type KoffiFunc} from 'koffi';

const exit = koffi.load(null).func('void _exit(int code)') as KoffiFunc<(code: number) => void>;

export const hardExit = (code: number): void => {
  exit(code);
};
