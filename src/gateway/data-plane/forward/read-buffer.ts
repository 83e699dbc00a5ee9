/**
 * What every socket of this worker reads into, one at a time: whoever gets the bytes copies what it keeps
 * before it returns.
 */
export const readBuffer = Buffer.allocUnsafeSlow(65_536);
