/** The text of a report: UTF-8 unless a byte order mark or the XML declaration says otherwise. */
export function reportText(bytes: Buffer): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

function encodingOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const start = bytes.subarray(0, 200).toString('latin1');
  const declared = /^<\?xml[^>]{1,100}encoding=["']([\w-]{1,40})["']/i.exec(start)?.[1] ?? 'utf-8';
  // UTF-16 would not have been readable as this declaration.
  return /^(iso-8859-\d{1,2}|windows-125\d|us-ascii|latin1|shift_jis|euc-jp|gb18030|gbk|big5)$/i.test(
    declared,
  )
    ? declared
    : 'utf-8';
}
