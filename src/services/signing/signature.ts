// SPDX-License-Identifier: MIT
/* A signed module is the module, a PKCS#7 message, struct module_signature and a line of text. */

const MAGIC = Buffer.from('~Module signature appended~\n');
const TRAILER = 12;
const ID_TYPE_PKCS7 = 2;

export interface SplitModule {
  body: Buffer;
  /** Undefined if it is not signed. */
  signature: Buffer | undefined;
}

/** Splits a module file into the module and its signature. */
export function splitSignature(module: Buffer): SplitModule {
  const end = module.length - MAGIC.length - TRAILER;
  if (end < 0 || !module.subarray(-MAGIC.length).equals(MAGIC))
    return {body: module, signature: undefined};
  const start = end - module.readUInt32BE(end + TRAILER - 4);
  if (start < 0) return {body: module, signature: undefined};
  return {body: module.subarray(0, start), signature: module.subarray(start, end)};
}

/** Appends a PKCS#7 signature to a module. */
export function appendSignature(body: Buffer, signature: Buffer): Buffer {
  const trailer = Buffer.alloc(TRAILER);
  trailer[2] = ID_TYPE_PKCS7;
  trailer.writeUInt32BE(signature.length, TRAILER - 4);
  return Buffer.concat([body, signature, trailer, MAGIC]);
}
