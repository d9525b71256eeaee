/** The text on an HTML page of Express, up to the stack. Any other body is returned as it is. */
export function readPage(body: string): string {
  const [, shown] = /<pre>(.*?)(?:<br>|<\/pre>)/s.exec(body) ?? []
  if (shown === undefined) return body
  return shown.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&gt;', '>')
}

/**
 * Replaces the parts that differ from run to run, and removes the line of code above an error, its stack
 * and its members.
 *
 * @param names - of clients, by fingerprint
 */
export function mask(text: string, names: ReadonlyMap<string, string>): string {
  return text
    .replace(/^(?:file:|node:|\/)\S+:\d+\n[^]*?\n(?=\w*Error)/gm, '')
    .replace(/^ {4}at .*\n?/gm, '')
    .replace(/^ {2}\[?\w+\]?: .*\n/gm, '')
    .replace(/^\}\n/gm, '')
    .replace(/^\(Use `node --trace-warnings .*\n/gm, '')
    .replace(/^Node\.js v.*\n/gm, '')
    .replace(/(?:[0-9A-F]{2}:){31}[0-9A-F]{2}/g, (found) => `<${names.get(found) ?? 'unknown'}>`)
    .replace(/serial number [0-9A-F]+/g, 'serial number <serial>')
    .replace(/[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4} GMT/g, '<date>')
    .replace(/\(node:\d+\)/g, '(node:<pid>)')
    .replace(/^(PASSPORT-CLIENT-CERTIFICATE-AUTH) \d+:/gm, '$1 <pid>:')
    .replace(/from (?:::1|(?:::ffff:)?127\.0\.0\.1)/g, 'from <address>')
    .replace(/valid are '\w+'(?:, '\w+')*/g, 'valid are <names>')
    .replace(/error:[0-9A-F]{8}:/g, 'error:<code>:')
    .trim()
}
