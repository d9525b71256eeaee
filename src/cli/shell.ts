import process from 'node:process'

/** Characters without a meaning in any shell. The backslash separates folders in Windows only. */
const [PLAIN, PLAIN_IN_WINDOWS] = [/^[\w./:@-]+$/, /^[\w./:@\\-]+$/]

/** Quotes a word of a command, so that a user can paste the command into a shell. */
export function quoteWord(word: string, platform: string = process.platform): string {
  if (platform === 'win32') return PLAIN_IN_WINDOWS.test(word) ? word : `"${word}"`
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
